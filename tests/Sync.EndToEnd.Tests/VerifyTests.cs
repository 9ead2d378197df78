using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class VerifyTests
{
    [Fact]
    public async Task Deep_verification_finds_bit_rot()
    {
        byte[] pattern = new byte[4096];
        new Random(7).NextBytes(pattern);
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("good", "good").Put("d/rots", pattern));
        TestGuest guest = pair.NewGuest();
        await using LoopImage image = await LoopImage.MountAsync(pair.Temporary("guest.img"), guest.Tree.Root);
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        await pair.SyncAndCheckAsync();
        (await guest.RunAsync("verify", "--deep")).Expect(0);

        await guest.StopAsync();
        Libc.Stat before = guest.Tree.Stat("d/rots");
        await image.RotAsync(pattern);
        Assert.Equal(before, guest.Tree.Stat("d/rots"));
        Assert.NotEqual(pattern, File.ReadAllBytes(guest.Tree.At("d/rots")));

        await guest.StartAsync();
        CommandResult verify = await guest.RunAsync("verify", "--deep", "--json");
        verify.Expect(1);
        Assert.Contains("d/rots", verify.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("good", verify.Output, StringComparison.Ordinal);
        Assert.Equal(pattern, File.ReadAllBytes(pair.Host.Tree.At("d/rots")));
        await guest.StopAsync();
    }
}
