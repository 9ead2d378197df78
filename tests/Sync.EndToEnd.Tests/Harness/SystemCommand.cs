using System.ComponentModel;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Programs of the system: mount, mkfs and the like.</summary>
internal static class SystemCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<CommandResult> RunAsync(string program, params string[] arguments)
    {
        await using ProcessRun run = ProcessRun.Start(program, arguments);
        return await run.EndAsync(Limit);
    }

    /// <summary>Skips the test where the program is missing, or cannot do it here.</summary>
    public static async Task<CommandResult> RunOrSkipAsync(string program, params string[] arguments)
    {
        CommandResult result;
        try
        {
            result = await RunAsync(program, arguments);
        }
        catch (Win32Exception e)
        {
            Assert.Skip($"no image can be mounted here: {program}: {e.Message}");
            throw;
        }

        Assert.SkipWhen(result.ExitCode != 0, $"no image can be mounted here: {program}: {result.Error.Trim()}");
        return result;
    }
}
