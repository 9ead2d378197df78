using Sync.Simulation.Tests.Runs;

namespace Sync.Simulation.Tests;

/// <summary>Runs the tests, or, asked to `simulate`, seeds.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is ["simulate", ..]) return SimulateCommand.Run(args[1..]);
        return Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}
