namespace Sync.Simulation.Tests.Runs;

/// <summary>`seeds`: runs seeds on all processors, from where the last run with the same file has stopped; see <see cref="Usage.Seeds"/>.</summary>
internal static class SeedsCommand
{
    public const string DefaultState = "simulation.state";

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var arguments = new Arguments(args, ["--new"], ["--seeds", "--state"]);
            return arguments.AsksForHelp ? Usage.Tell(null, Usage.Seeds) : await RunAsync(arguments).ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            return Usage.Tell(e.Message, Usage.Seeds);
        }
    }

    private static async Task<int> RunAsync(Arguments args)
    {
        if (args.Plain.Count > 0) throw new UsageException($"What is '{args.Plain[0]}'?");
        var count = Arguments.Number(args.Value("--seeds") ?? throw new UsageException("How many? --seeds N"), "--seeds", ulong.MaxValue - 1);
        var path = args.Value("--state") ?? DefaultState;
        if (args.Has("--new")) File.Delete(path);
        var state = SeedState.Open(path);
        Console.WriteLine($"From seed {state.Next} to {count}; {state.Failed.Count} failed before. Goes on from {path} when it was stopped.");
        var run = new SeedRun(state, Console.WriteLine);
        await run.RunAsync(count).ConfigureAwait(false);
        Console.WriteLine($"{run.Figures}; {state.Failed.Count} failed in all.");
        return state.Failed.Count == 0 ? 0 : 1;
    }
}
