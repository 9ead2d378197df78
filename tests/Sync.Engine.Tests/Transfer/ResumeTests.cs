using CsCheck;
using Sync.Engine.Link;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>A transfer that was cut goes on, and what it goes on from is not taken on trust.</summary>
public sealed class ResumeTests
{
    private static readonly byte[] Old = TestContents.Random(3 << 20);

    // Equal and empty stretches, an edited part, and a part that is new.
    private static readonly byte[] Edited =
        [.. Old[..700_000], .. TestContents.Random(300_000, 2), .. new byte[600_000], .. Old[900_000..], .. TestContents.Random(800_000, 3)];

    [Fact]
    public Task A_transfer_cut_at_any_frame_goes_on_from_there()
    {
        var gen = Gen.Select(Gen.Int[0, 60].Array[1, 3], Gen.Bool, Gen.Bool);
        return gen.SampleAsync(
            async (cuts, withBasis, orderly) =>
            {
                using var from = new TransferReplica();
                using var to = new TransferReplica();
                var basis = from.Has(Old).Id;
                to.Has(Old);
                var id = from.Has(Edited).Id;
                if (!withBasis) basis = default;
                long sent = 0;
                foreach (var cut in cuts)
                {
                    using var receiver = to.Receiver();
                    var offset = receiver.ResumeOffset(id);
                    var frames = await from.FramesAsync(id, basis, offset);
                    // The link falls, or the sender gives up.
                    var part = frames.Take(Math.Min(cut, frames.Count - 1)).ToList();
                    Assert.Null(await receiver.FeedAsync(part));
                    sent += part.DataBytes();
                    if (!orderly || part.Count == 0) continue;
                    var ended = await receiver.TakeAsync(new ContentFrame.End(1, TransferStatus.Superseded), default);
                    Assert.Equal((id, TransferStatus.Superseded), (ended!.Content, ended.Status));
                }

                using var last = to.Receiver();
                var rest = await from.FramesAsync(id, basis, last.ResumeOffset(id));
                Assert.Equal(Edited, (await last.FeedAsync(rest))!.BytesIn(to));
                // Of each cut at most the chunk then under way is sent again.
                var whole = (await from.FramesAsync(id, basis)).DataBytes();
                Assert.InRange(sent + rest.DataBytes(), whole, whole + cuts.Length * (128 << 10));
                Assert.Equal([$"c-{id}"], to.StagedNames());
            },
            iter: 60, threads: 1);
    }

    [Fact]
    public Task A_crash_leaves_any_length_and_any_bytes_behind_and_the_result_is_right()
    {
        var gen = Gen.Select(Gen.Int[0, Edited.Length + 1000], Gen.Int[-1, Edited.Length - 1]);
        return gen.SampleAsync(
            async (length, damaged) =>
            {
                using var from = new TransferReplica();
                using var to = new TransferReplica();
                var id = from.Has(Edited).Id;
                Directory.CreateDirectory(to.At(".sync/staging"));
                var left = Edited.Concat(new byte[1000]).Take(length).ToArray();
                if (damaged >= 0 && damaged < length) left[damaged] ^= 0x55;
                File.WriteAllBytes(to.At($".sync/staging/p-{id}"), left);
                using var receiver = to.Receiver();
                for (var attempt = 0; ; attempt++)
                {
                    Assert.InRange(attempt, 0, 3);
                    var offset = Math.Min(receiver.ResumeOffset(id), Edited.Length);
                    var received = await receiver.FeedAsync(await from.FramesAsync(id, default, offset, id: attempt + 1));
                    if (received!.Status == TransferStatus.Failed) continue;
                    Assert.Equal(Edited, received.BytesIn(to));
                    return;
                }
            },
            iter: 60, threads: 1);
    }

    [Fact]
    public async Task Parts_that_nobody_wants_are_swept()
    {
        using var from = new TransferReplica();
        using var to = new TransferReplica();
        var one = from.Has(Old).Id;
        var other = from.Has(Edited).Id;
        foreach (var id in new[] { one, other })
        {
            using var receiver = to.Receiver();
            await receiver.FeedAsync((await from.FramesAsync(id)).Take(20));
        }

        Assert.Equal(2, to.StagedNames().Length);
        Assert.Equal(Engine.Files.FsError.None, to.Staging.SweepParts(id => id == one));
        Assert.Equal([$"p-{one}"], to.StagedNames());
    }
}
