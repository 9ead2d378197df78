using System.Security.Cryptography;

namespace Sync.Delta.Tests;

/// <summary>Contents to test with, each from a seed, and what is done to them.</summary>
internal static class Contents
{
    public static byte[] Random(int length, ulong seed = 1)
    {
        var bytes = new byte[length];
        new RandomStream(seed).Fill(bytes);
        return bytes;
    }

    /// <summary>Lines of few words: low entropy, much repetition.</summary>
    public static byte[] Text(int length, ulong seed = 1)
    {
        string[] words = ["static", "int", "return", "struct", "void", "if (", ") {", "}", ";", "->next", "\t", "\n", "unsigned long", "== 0", "flags", "&"];
        var picks = Random(length, seed);
        var bytes = new byte[length];
        for (int i = 0, at = 0; at < length; i++)
        {
            foreach (var letter in words[picks[i] & 15])
            {
                if (at < length) bytes[at++] = (byte)letter;
            }
        }
        return bytes;
    }

    public static byte[] Insert(byte[] content, int at, byte[] inserted) => [.. content[..at], .. inserted, .. content[at..]];

    public static byte[] Delete(byte[] content, int at, int count) => [.. content[..at], .. content[(at + count)..]];

    public static byte[] Overwrite(byte[] content, int at, byte[] written) => [.. content[..at], .. written, .. content[(at + written.Length)..]];

    public static Manifest Hash(ReadOnlySpan<byte> content)
    {
        using var hasher = new ContentHasher(content.Length);
        hasher.Append(content);
        return hasher.Finish();
    }

    /// <summary>What a receiver does with a plan.</summary>
    public static byte[] Assemble(TransferPlan plan, byte[] basis, ReadOnlySpan<byte> data)
    {
        var target = new byte[plan.Segments.Sum(s => s.Length)];
        foreach (var segment in plan.Segments)
        {
            var room = target.AsSpan((int)segment.TargetOffset, (int)segment.Length);
            switch (segment.Kind)
            {
                case SegmentKind.Data:
                    data[..room.Length].CopyTo(room);
                    data = data[room.Length..];
                    break;
                case SegmentKind.Copy:
                    basis.AsSpan((int)segment.SourceOffset, room.Length).CopyTo(room);
                    break;
                case SegmentKind.CopyTarget:
                    Assert.True(segment.SourceOffset + segment.Length <= segment.TargetOffset);
                    target.AsSpan((int)segment.SourceOffset, room.Length).CopyTo(room);
                    break;
            }
        }
        Assert.True(data.IsEmpty);
        return target;
    }

    /// <summary>What a sender sends for a plan.</summary>
    public static byte[] DataOf(TransferPlan plan, byte[] target)
        => [.. plan.Segments.Where(s => s.Kind == SegmentKind.Data).SelectMany(s => target.AsSpan((int)s.TargetOffset, (int)s.Length).ToArray())];

    /// <summary>A manifest of a content nobody has: plausible lengths, random ids.</summary>
    public static Manifest Imagined(long length, ulong seed = 1, Func<int, ChunkId>? idOf = null)
    {
        var ids = new List<ChunkId>();
        var cuts = new List<long>();
        for (var offset = 0L; offset < length; offset = cuts[^1])
        {
            cuts.Add(Math.Min(length, offset + SizeClass.At(offset).Min * 2));
            ids.Add(idOf?.Invoke(ids.Count) ?? new ChunkId(SHA256.HashData(BitConverter.GetBytes(seed * 1_000_003 + (ulong)ids.Count))));
        }
        return new Manifest(length, [.. ids], [.. cuts.Take(ids.Count - 1)]);
    }
}
