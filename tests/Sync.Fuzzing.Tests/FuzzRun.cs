using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sync.Fuzzing.Tests;

/// <summary>
/// Feeds a target valid inputs, the corpus, and what becomes of them by <see cref="Mutator"/>. Inputs that came to something new are gone on from, as a
/// fuzzer that sees branches would. The same seed gives the same inputs.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target, int seed)
{
    private const int Origins = 64;
    private const int MaxPool = 4096;

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _pool = [];
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);

    /// <summary>Inputs so far.</summary>
    public long Inputs { get; private set; }

    /// <summary>Kinds of outcomes that were met.</summary>
    public IReadOnlyCollection<string> Outcomes => _outcomes;

    /// <summary>Runs so many inputs, or as many as fit in a time.</summary>
    /// <exception cref="FuzzFindingException">One of them does what none may do; it is told as small as it could be made.</exception>
    public void Go(long inputs, TimeSpan most)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var input in Corpus.Read(target.Name)) Try(input, isValid: false);
        for (var i = 0; i < Origins; i++) Try(target.Valid((uint)_random.Next()), isValid: true);
        var mutator = new Mutator(_random);
        while (Inputs < inputs && ((Inputs & 63) != 0 || Stopwatch.GetElapsedTime(begun) < most))
        {
            if (_random.Next(64) == 0)
            {
                Try(target.Valid((uint)_random.Next()), isValid: true);
                continue;
            }

            var input = mutator.Change(_pool[_random.Next(_pool.Count)], _pool[_random.Next(_pool.Count)]);
            if (_random.Next(8) != 0) target.Mend(input);
            Try(input, isValid: false);
        }
    }

    private void Try(byte[] input, bool isValid)
    {
        Inputs++;
        if (Finding(input, out var outcome) is { } finding) throw Told(input, finding);
        var isNew = _outcomes.Add(outcome);
        if ((isNew || isValid) && _pool.Count < MaxPool) _pool.Add(input);
        else if (isNew) _pool[_random.Next(_pool.Count)] = input;
    }

    /// <summary>What is wrong with an input's end; null if nothing is.</summary>
    private Exception? Finding(byte[] input, out string outcome)
    {
        outcome = "";
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            outcome = target.Run(input);
        }
        catch (Exception e)
        {
            return e;
        }

        var (constant, each) = target.Budget;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= constant + (each * input.Length) ? null : new InvalidOperationException($"{allocated} bytes were allocated for {input.Length}.");
    }

    private FuzzFindingException Told(byte[] input, Exception finding)
    {
        // Smaller while it still fails in the same way.
        for (var step = input.Length / 2; step > 0; step = Math.Min(step / 2, input.Length))
        {
            for (var at = 0; at + step <= input.Length;)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + step)];
                target.Mend(shorter);
                if (Finding(shorter, out _) is { } same && same.GetType() == finding.GetType()) (input, finding) = (shorter, same);
                else at += step;
            }
        }

        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{target.Name}, input {Inputs} of seed {seed}: {finding.GetType().Name}. Add this line to corpus/{target.Name}.txt to keep it:\n");
        return new FuzzFindingException(text.Append(Convert.ToBase64String(input)).ToString(), finding);
    }
}
