using System.Text.Json;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A `sync-guest`.</summary>
internal sealed class TestGuest(string dataDirectory, TestTree tree) : TestAgent(Executables.Guest, dataDirectory)
{
    /// <summary>The files of the directory that a <see cref="Pair"/> joined.</summary>
    public TestTree Tree { get; } = tree;

    protected override IReadOnlyList<string> Machine { get; } = Machines.Next();

    protected override string ReadyLine => "sync-guest: running, ";

    protected override IReadOnlyList<string> AgentArguments => ["run"];

    /// <summary>Joins <see cref="Tree"/> to the token's share.</summary>
    public Task<CommandResult> JoinAsync(string token, params string[] options) => RunAsync(["join", token, Tree.Root, .. options]);

    /// <summary>Flushes, and asserts that it ends with this exit code.</summary>
    public async Task<CommandResult> FlushAsync(int expect = 0, string share = "")
    {
        CommandResult result = await RunAsync(["flush", "--timeout", "30s", .. share.Length == 0 ? (string[])[] : ["--share", share]]);
        if (result.ExitCode != expect)
            Xunit.Assert.Fail($"flush: expected exit code {expect}\n{result}\n{this}");
        return result;
    }

    /// <summary>The name by which the host and conflict copies call it.</summary>
    public async Task<string> NameAsync()
    {
        JsonElement status = (await RunAsync("status", "--json")).Expect(0).Json;
        return status.GetProperty("name").GetString()!;
    }

    protected override Task<int> RunCommandLineAsync(string[] arguments, TextWriter output, TextWriter error) =>
        global::Sync.Guest.Program.CreateCommandLine().RunAsync(arguments, output, error);
}
