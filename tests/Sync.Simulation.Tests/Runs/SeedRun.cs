using System.Diagnostics;
using System.Globalization;

namespace Sync.Simulation.Tests.Runs;

/// <summary>
/// Runs many seeds in as many processes as there are processors, a block at a time: each simulation has its process's thread pool for itself. This
/// process only waits.
/// </summary>
internal sealed class SeedRun(SeedState state, Action<string> tell)
{
    private const ulong Block = 500;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, bool> _open = [];
    private ulong _next;

    /// <summary>Of the seeds that were run.</summary>
    public SeedFigures Figures { get; private set; } = SeedFigures.None;

    /// <summary>Runs seeds from where the state stands.</summary>
    /// <param name="count">So many, counted from the first of all.</param>
    /// <param name="limit">No block is begun after this time.</param>
    public async Task RunAsync(ulong count, TimeSpan limit)
    {
        _next = state.Next;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => WorkAsync())).ConfigureAwait(false);

        async Task WorkAsync()
        {
            while (watch.Elapsed < limit)
            {
                ulong first;
                ulong length;
                lock (_gate)
                {
                    if (_next > count) return;
                    first = _next;
                    length = Math.Min(Block, count - first + 1);
                    _next += length;
                    _open.Add(first, false);
                }

                var lines = await SimulateAsync(string.Create(CultureInfo.InvariantCulture, $"{first} {length}")).ConfigureAwait(false);
                Take(first, lines);
            }
        }
    }

    /// <summary>Runs `simulate` in a process of its own; returns the lines that it wrote, the last of which sums up.</summary>
    /// <exception cref="InvalidOperationException">It ended without a sum.</exception>
    public static async Task<string[]> SimulateAsync(string arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("simulate");
        foreach (var argument in arguments.Split(' ')) start.ArgumentList.Add(argument);
        // What runs for a minute is compiled once. Few collections, and none of all generations because an array was long: they took a third of the time.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        start.Environment["DOTNET_GCLOHThreshold"] = "0x200000";
        start.Environment["DOTNET_GCgen0size"] = "0x4000000";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || SeedFigures.Parse(lines[^1]) is null)
            throw new InvalidOperationException($"'simulate {arguments}' ended with {process.ExitCode}: {output}{await errors.ConfigureAwait(false)}");
        return lines;
    }

    private void Take(ulong first, string[] lines)
    {
        lock (_gate)
        {
            Figures += SeedFigures.Parse(lines[^1])!;
            foreach (var line in lines.AsSpan(0, lines.Length - 1))
            {
                state.Failed.Add(line);
                tell(line);
            }

            // What is behind all blocks under way is done.
            _open.Remove(first);
            state.Next = _open.Count > 0 ? _open.First().Key : _next;
            state.Save();
        }
    }
}
