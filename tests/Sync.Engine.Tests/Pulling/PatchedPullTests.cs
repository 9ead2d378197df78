using CsCheck;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;
using Sync.Engine.Tests.Store;
using Xunit;

namespace Sync.Engine.Tests.Pulling;

/// <summary>Long files that stand in a workspace and have changed on the host: only what has changed comes.</summary>
public sealed class PatchedPullTests : IDisposable
{
    private const int Size = 6 << 20;

    private readonly TemporaryDirectory _temporary = new();
    private MadeShare _share = new() { HasChunks = true };

    private string Workspace => Path.Combine(_temporary.Path, "workspace");

    private string File => Path.Combine(Workspace, "large");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Only_what_has_changed_comes()
    {
        var bytes = Bytes(1);
        Assert.Equal(Size, await SentAsync(bytes));
        // In the middle, at the end, at the front; nothing but a move; nothing but less.
        bytes[Size / 2] ^= 1;
        Assert.InRange(await SentAsync(bytes), 1, Size / 4);
        bytes = [.. bytes, 1, 2, 3];
        Assert.InRange(await SentAsync(bytes), 1, Size / 4);
        bytes = [9, 9, .. bytes];
        Assert.InRange(await SentAsync(bytes), 1, Size / 4);
        Assert.InRange(await SentAsync([.. bytes[(Size / 2)..], .. bytes[..(Size / 2)]]), 1, Size / 4);
        Assert.InRange(await SentAsync(bytes[..(Size / 2)]), 0, Size / 8);
        // Holes stay holes, and repeat themselves.
        Assert.InRange(await SentAsync([.. bytes[..(Size / 2)], .. new byte[Size], .. bytes[..(Size / 2)]]), 0, Size / 3);
        Assert.True(Math.Abs(await SentAsync(Bytes(2)) - Size) < 10, "another content comes whole");
    }

    [Fact]
    public async Task Where_the_host_cannot_tell_it_comes_whole()
    {
        var bytes = Bytes(1);
        await SentAsync(bytes);
        bytes[7] ^= 1;
        _share.KnowsChunks = false;
        Assert.Equal(Size, await SentAsync(bytes));
        _share = new MadeShare { HasChunks = false };
        bytes[7] ^= 2;
        Assert.Equal(Size, await SentAsync(bytes));
        Assert.DoesNotContain(_share.Wants, w => w.IsForChunks || w.Length > 0);
    }

    [Fact]
    public async Task What_comes_wrong_or_is_gone_is_had_all_the_same()
    {
        var bytes = Bytes(1);
        await SentAsync(bytes);
        for (var part = 0; part < 4; part++)
        {
            bytes[(part * Size / 4) + 1000] ^= 1;
            bytes[(part * Size / 4) + 900_000] ^= 1;
            var (at, seen) = (part, 0);
            _share.Tamper = (kind, piece) => kind == PullPieceKind.Data && seen++ == at ? [.. piece[..^1], (byte)(piece[^1] ^ 1)] : piece;
            await SentAsync(bytes);
        }

        // The host's file is another by then: it says so for each part.
        bytes[5] ^= 1;
        bytes[^5] ^= 1;
        var gone = 2;
        _share.Tamper = (kind, piece) => kind == PullPieceKind.Data && gone-- > 0 ? null : piece;
        _share.Unasked.Clear();
        _share.GoneInstead = true;
        await SentAsync(bytes);
    }

    [Fact]
    public async Task The_old_file_may_be_anything_by_now()
    {
        var bytes = Bytes(1);
        await SentAsync(bytes);
        // Same size, same mtime, other bytes, behind the pull's back.
        var mtime = System.IO.File.GetLastWriteTimeUtc(File);
        var other = System.IO.File.ReadAllBytes(File);
        other.AsSpan(100_000, 2_000_000).Reverse();
        System.IO.File.WriteAllBytes(File, other);
        System.IO.File.SetLastWriteTimeUtc(File, mtime);
        bytes[Size - 1] ^= 1;
        Assert.InRange(await SentAsync(bytes), 1_900_000, Size / 2);
        System.IO.File.WriteAllBytes(File, bytes[..1_500_000]);
        Assert.InRange(await SentAsync(bytes), Size / 2, Size);
    }

    [Fact]
    public async Task A_list_that_nobody_asked_for_or_is_no_list_breaks_the_pull_or_is_passed_over()
    {
        var bytes = Bytes(1);
        await SentAsync(bytes);
        bytes[Size / 2] ^= 1;
        _share.Put("large", bytes);
        foreach (var list in (byte[][])[[.. MadeShare.Number(0), .. MadeShare.Number(1L << 40), 0], [.. MadeShare.Number(0), .. MadeShare.Number(5), .. MadeShare.Number(3), 1], [.. MadeShare.Number(0), 0xFF]])
        {
            _share.Tamper = (kind, piece) => kind == PullPieceKind.Chunks ? list : piece;
            await Assert.ThrowsAsync<Sync.Engine.Link.LinkException>(RunAsync);
            Assert.NotEqual(bytes, System.IO.File.ReadAllBytes(File));
        }

        // A list of another content.
        _share.Tamper = (kind, piece) => kind == PullPieceKind.Chunks ? [.. piece[..^1], (byte)(piece[^1] ^ 1)] : piece;
        Assert.Equal(Size, await SentAsync(bytes));
        _share.Tamper = static (_, piece) => piece;
        _share.Unasked.Add((PullPieceKind.Chunks, [.. MadeShare.Number(0), .. MadeShare.Number(0), .. MadeShare.Number(0)]));
        _share.Put("large", "short now");
        await Assert.ThrowsAsync<Sync.Engine.Link.LinkException>(RunAsync);
    }

    [Fact]
    public void Whatever_changed_the_workspace_is_the_share() => Gen.Select(Gen.Int[0, 5].Array[1, 6], Gen.Int[0, 1 << 20].Array[6], Gen.Int).Sample((kinds, places, seed) =>
    {
        var bytes = Bytes(3)[..(2 << 20)];
        SentAsync(bytes).GetAwaiter().GetResult();
        var random = new Random(seed);
        foreach (var (kind, place) in kinds.Zip(places))
        {
            var at = place % bytes.Length;
            bytes = kind switch
            {
                0 => [.. bytes[..at], 1, .. bytes[at..]],
                1 => bytes.Length > (1 << 20) + 5000 ? [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 5000)..]] : bytes,
                2 => [.. bytes[at..], .. bytes[..at]],
                3 => [.. bytes, .. new byte[place]],
                4 => [.. bytes, .. bytes.AsSpan(at, Math.Min(200_000, bytes.Length - at))],
                _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[Math.Min(bytes.Length, at + 1)..]],
            };
        }

        var wrong = random.Next(4);
        _share.Tamper = (kind, piece) => kind == PullPieceKind.Data && wrong-- == 0 ? [.. piece[..^1], (byte)(piece[^1] ^ 1)] : piece;
        SentAsync(bytes).GetAwaiter().GetResult();
        _share.Tamper = static (_, piece) => piece;
    }, iter: 30, threads: 1);

    /// <summary>Makes the share's file these bytes, pulls, checks, and tells how many came.</summary>
    private async Task<long> SentAsync(byte[] bytes)
    {
        _share.Put("large", bytes);
        var before = _share.Sent;
        await RunAsync();
        Assert.True(bytes.AsSpan().SequenceEqual(System.IO.File.ReadAllBytes(File)), "the file is not the share's");
        return _share.Sent - before;
    }

    private Task<PullResult> RunAsync() =>
        new PullRun(_share, new PullOptions(Workspace, "host", "share", ""), new HurriedTime()).RunAsync(TestContext.Current.CancellationToken);

    private static byte[] Bytes(int seed)
    {
        var bytes = new byte[Size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
