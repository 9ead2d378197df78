using System.Diagnostics;
using System.Globalization;

namespace Sync.Simulation.Tests.Runs;

/// <summary>
/// Runs many seeds in as many processes as there are processors, a block at a time: each simulation has its process's thread pool for itself, and its
/// code compiled once. This process only waits.
/// </summary>
internal sealed class SeedRun(SeedState state, Action<string> tell)
{
    private const ulong Block = 2000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, bool> _open = [];
    private ulong _next;

    /// <summary>Of the seeds that were run.</summary>
    public SeedFigures Figures { get; private set; } = SeedFigures.None;

    /// <summary>Runs seeds from where the state stands.</summary>
    /// <param name="count">So many, counted from the first of all.</param>
    public async Task RunAsync(ulong count)
    {
        _next = state.Next;
        // The last blocks are as short as it takes to keep all processors busy.
        var most = Math.Clamp((count - Math.Min(count, _next - 1)) / (ulong)Environment.ProcessorCount, 1, Block);
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => WorkAsync())).ConfigureAwait(false);

        async Task WorkAsync()
        {
            while (true)
            {
                ulong first;
                ulong length;
                lock (_gate)
                {
                    if (_next > count) return;
                    first = _next;
                    length = Math.Min(most, count - first + 1);
                    _next += length;
                    _open.Add(first, false);
                }

                Take(first, await SimulateAsync(string.Create(CultureInfo.InvariantCulture, $"{first} {length}")).ConfigureAwait(false));
            }
        }
    }

    /// <summary>Runs seeds for some time: each process those of a stretch of its own, as far as it comes. The state does not go on from there.</summary>
    /// <param name="count">So many at most, from where the state stands.</param>
    /// <param name="limit">None is begun after this time; whole seconds.</param>
    public async Task RunForAsync(ulong count, TimeSpan limit)
    {
        var stretch = (count + (ulong)Environment.ProcessorCount - 1) / (ulong)Environment.ProcessorCount;
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(i => RunStretchAsync(state.Next + (ulong)i * stretch))).ConfigureAwait(false);

        async Task RunStretchAsync(ulong first) =>
            Note(await SimulateAsync(string.Create(CultureInfo.InvariantCulture, $"{first} {stretch} --for={(long)limit.TotalSeconds}")).ConfigureAwait(false));
    }

    /// <summary>Runs `simulate` in a process of its own; returns the lines that it wrote, the last of which sums up.</summary>
    /// <exception cref="InvalidOperationException">It ended without a sum.</exception>
    public static async Task<string[]> SimulateAsync(string arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("simulate");
        foreach (var argument in arguments.Split(' ')) start.ArgumentList.Add(argument);
        // What runs for a minute is compiled once; a single seed is over before that. No collections of all generations because an array was long: they
        // took a third of the time. New objects in as much memory as a processor's cache holds: with 64 MiB, each was new to it.
        if (arguments.Split(' ') is [_, { Length: > 2 }, ..] && !arguments.Contains("--first", StringComparison.Ordinal))
        {
            start.Environment["DOTNET_TieredCompilation"] = "0";
            // The framework too: an eighth of 500 seeds' time.
            start.Environment["DOTNET_ReadyToRun"] = "0";
        }

        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_GCLOHThreshold"] = "0x200000";
        start.Environment["DOTNET_GCgen0size"] = "0x400000";
        start.Environment["DOTNET_GCRetainVM"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || SeedFigures.Parse(lines[^1]) is null)
            throw new InvalidOperationException($"'simulate {arguments}' ended with {process.ExitCode}: {output}{await errors.ConfigureAwait(false)}");
        return lines;
    }

    private void Note(string[] lines)
    {
        lock (_gate)
        {
            Figures += SeedFigures.Parse(lines[^1])!;
            foreach (var line in lines.AsSpan(0, lines.Length - 1))
            {
                state.Failed.Add(line);
                tell(line);
            }
        }
    }

    private void Take(ulong first, string[] lines)
    {
        Note(lines);
        lock (_gate)
        {
            // What is behind all blocks under way is done.
            _open.Remove(first);
            state.Next = _open.Count > 0 ? _open.First().Key : _next;
            state.Save();
        }
    }
}
