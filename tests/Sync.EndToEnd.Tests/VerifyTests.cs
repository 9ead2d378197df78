using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class VerifyTests
{
    [Fact]
    public async Task Deep_verification_finds_bit_rot()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("good", "good").Put("d/rots", "0123456789"));
        await pair.SyncAsync();
        (await pair.Guest.RunAsync("verify", "--deep")).Expect(0);

        // Other bytes under the same stamp, as a failing disk would do: while the agent is down, with the mtime put back.
        await pair.Guest.StopAsync();
        long mtime = pair.Guest.Tree.Stat("d/rots").MtimeNs;
        using (FileStream file = File.OpenWrite(pair.Guest.Tree.At("d/rots")))
            file.Write("X"u8);
        pair.Guest.Tree.Mtime("d/rots", mtime);
        await pair.Guest.StartAsync();
        CommandResult verify = await pair.Guest.RunAsync("verify", "--deep", "--json");
        verify.Expect(1);
        Assert.Contains("d/rots", verify.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("good", verify.Output, StringComparison.Ordinal);
        pair.Host.Tree.Check("d/rots", "0123456789");
    }
}
