using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Runs things as a user whom permissions bind. Where the tests themselves run as one, nothing changes.</summary>
internal static class Unprivileged
{
    private const string User = "65534"; // nobody

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>What to start programs through.</summary>
    public static IReadOnlyList<string> Through { get; } = IsRoot ? ["setpriv", "--reuid", User, "--regid", User, "--clear-groups"] : [];

    /// <summary>Skips the test where no such user can run the programs: they may stand in a directory that is closed to it.</summary>
    public static async Task SkipUnlessPossibleAsync()
    {
        if (!IsRoot)
            return;
        try
        {
            foreach (string program in (string[])[Executables.Host, Executables.Guest])
            {
                await using ProcessRun run = ProcessRun.Start(Through[0], [.. Through.Skip(1), program, "--version"]);
                CommandResult result = await run.EndAsync(Limit);
                Assert.SkipWhen(result.ExitCode != 0, $"the programs cannot be run by another user here: {result.Error.Trim()}");
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Skip($"nothing can be run as another user here: {e.Message}");
        }
    }

    /// <summary>Gives a directory, with all in it, to that user.</summary>
    public static async Task GiveAsync(string path)
    {
        if (!IsRoot)
            return;
        await using ProcessRun run = ProcessRun.Start("chown", "-R", User + ":" + User, path);
        (await run.EndAsync(Limit)).Expect(0);
    }

    /// <summary>Runs a line of shell as that user in a tree.</summary>
    public static async Task ShellAsync(TestTree tree, string line)
    {
        string[] command = [.. Through, "sh", "-ec", $"cd '{tree.Root}'\n{line}"];
        await using ProcessRun run = ProcessRun.Start(command[0], command[1..]);
        (await run.EndAsync(Limit)).Expect(0);
    }
}
