using System.Globalization;

namespace Sync.Simulation.Tests.Runs;

/// <summary>`seeds --seeds N [--state FILE]`: runs the seeds up to N on all processors, from where the last run with that file has stopped
/// (without one: `simulation.state`).</summary>
internal static class SeedsCommand
{
    public const string DefaultState = "simulation.state";

    public static async Task<int> RunAsync(string[] args)
    {
        var count = ulong.Parse(Value("--seeds") ?? throw new ArgumentException("How many? --seeds N"), CultureInfo.InvariantCulture);
        var state = SeedState.Open(Value("--state") ?? DefaultState);
        Console.WriteLine($"From seed {state.Next} to {count}; {state.Failed.Count} failed before.");
        var run = new SeedRun(state, Console.WriteLine);
        await run.RunAsync(count, TimeSpan.MaxValue).ConfigureAwait(false);
        Console.WriteLine($"{run.Ran} seeds, {state.Failed.Count} failed in all.");
        return state.Failed.Count == 0 ? 0 : 1;

        string? Value(string option) => Array.IndexOf(args, option) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;
    }
}
