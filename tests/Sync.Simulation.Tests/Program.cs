using Sync.Simulation.Tests.Runs;

namespace Sync.Simulation.Tests;

/// <summary>Runs the tests; or, asked to `simulate`, seeds in this process; or many `seeds`, in processes.</summary>
internal static class Program
{
    public static int Main(string[] args) => args switch
    {
        ["simulate", ..] => SimulateCommand.Run(args[1..]),
        ["seeds", ..] => SeedsCommand.RunAsync(args[1..]).GetAwaiter().GetResult(),
        _ => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult(),
    };
}
