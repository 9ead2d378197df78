using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>What goes wrong on the way between a guest and its host: sync goes on by itself, and both sides end the same.</summary>
public sealed class FaultyLinkTests
{
    [Fact]
    public async Task A_link_that_is_cut_slowed_damaged_or_half_closed_loses_nothing()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        await using var proxy = new FaultyProxy(pair.Host.Port);
        TestGuest guest = await pair.AddGuestAsync(null, "--address", proxy.Address);
        await pair.SyncAndCheckAsync();
        (string Name, Action Begin, Action End)[] faults =
        [
            ("cut", proxy.Cut, () => { }),
            ("damaged", proxy.Damage, () => { }),
            ("half-closed", proxy.HalfClose, () => { }),
            ("slow", () => proxy.Delay = TimeSpan.FromMilliseconds(5), () => proxy.Delay = TimeSpan.Zero),
            ("stalled", () => proxy.IsStalled = true, () => proxy.IsStalled = false),
        ];
        byte[] large = new byte[3 << 20];
        foreach (var (name, begin, end) in faults)
        {
            // Small and large, both ways, before the fault, in it and after.
            for (int i = 0; i < 20; i++)
            {
                new Random(i).NextBytes(large);
                Write(guest.Tree, name, i, "guest");
                Write(pair.Host.Tree, name, i, "host");
                if (i is 5 or 11) File.WriteAllBytes(Path.Combine((i == 5 ? guest.Tree : pair.Host.Tree).Root, $"{name}-large{i}"), large);
                if (i is 6 or 12) begin();
                // So long the fault is there while more is written.
                if (i is 10 or 16) end();
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            end();
            await pair.SyncAndCheckAsync();
            Assert.Equal(40 + 2, Directory.GetFiles(guest.Tree.Root, name + "-*").Length);
        }
    }

    private static void Write(TestTree tree, string fault, int number, string side) =>
        File.WriteAllText(Path.Combine(tree.Root, string.Create(CultureInfo.InvariantCulture, $"{fault}-{side}{number}")), string.Create(CultureInfo.InvariantCulture, $"{side} {number}"));
}
