using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Doctor on both sides of a real pair.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Both_sides_are_looked_at_with_and_without_agents()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAndCheckAsync();
        TestTree tree = pair.Guest.Tree;

        var guest = Findings(await pair.Guest.RunProcessAsync("doctor", "--json"));
        Assert.Contains(("agent", "work", "ok"), guest);
        Assert.Contains(("filesystem", "work", "ok"), guest);
        Assert.Contains(("host", Machines.At(pair.Host.Port), "ok"), guest);
        Assert.Contains(("clock", Machines.At(pair.Host.Port), "ok"), guest);
        Assert.Contains(("mtu", Machines.At(pair.Host.Port), "ok"), guest);
        var host = Findings(await pair.Host.RunProcessAsync("doctor", "--json"));
        Assert.Contains(("port", null, "ok"), host);
        Assert.Contains(("tls", null, "ok"), host);
        // To look leaves nothing behind, and is no change.
        await pair.SyncAndCheckAsync();
        Assert.Equal(["a"], Directory.GetFiles(tree.Root).Select(Path.GetFileName));

        await pair.Guest.StopAsync();
        Assert.Contains(("host", Machines.At(pair.Host.Port), "ok"), Findings(await pair.Guest.RunAsync("doctor", "--json")));
        await pair.Host.StopAsync();
        CommandResult alone = await pair.Guest.RunAsync("doctor", "--json");
        Assert.Equal(1, alone.ExitCode);
        Assert.Contains(("host", Machines.At(pair.Host.Port), "problem"), Findings(alone));
    }

    private static List<(string Check, string? Subject, string Level)> Findings(CommandResult run) =>
        [.. run.Json.GetProperty("findings").EnumerateArray().Select(f => (f.GetProperty("check").GetString()!, f.GetProperty("subject").GetString(), f.GetProperty("level").GetString()!))];
}
