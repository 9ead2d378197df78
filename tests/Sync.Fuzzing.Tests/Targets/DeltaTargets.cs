using System.Buffers.Binary;
using System.IO.Hashing;
using CsCheck;
using Sync.Delta;
using Sync.Protocol.Tests.Parts;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>Chunk lists, their differences, deltas, patches and the sums that they are made with.</summary>
internal static class DeltaTargets
{
    private static readonly byte[] BasisBytes = Gens.Some(300_000);
    private static readonly Manifest Basis = ManifestOf(BasisBytes);
    private static readonly byte[] SmallBasis = Gens.Some(5_000);
    private static readonly BlockKey Key = new(Gens.Some(BlockKey.Size));

    public static IEnumerable<FuzzTarget> All =>
    [
        new BytesTarget("manifest", Targets.Select(t => ManifestOf(t).Encode()), ReadManifest),
        new BytesTarget("manifest-delta", Targets.Select(t => ManifestDelta.Encode(ManifestOf(t), Basis)), ReadManifestDelta, budget: (4 << 20, 256)),
        new BytesTarget("block-delta", Patches(300), ReadDelta),
        new BytesTarget("patch", Patches(4_000), ReadPatch),
        new BytesTarget("patch-sums", Gen.Int[1024, 8192].Select(n => PatchSums.Of(Gens.Some(n))).Select(s => (byte[])[.. BitConverter.GetBytes(s.Multiplier), .. BitConverter.GetBytes((long)s.BasisLength), .. s.Bytes.Span]), ReadPatchSums),
        new BytesTarget("block-sums", Gen.Int[131_072, 160_000].Select(n => SumsOf(Gens.Some(n)).Encode()), ReadBlockSums, MendSums),
    ];

    /// <summary>A basis with pieces changed, left out, added.</summary>
    private static Gen<byte[]> Targets => Gen.Select(Gen.Int[0, 299_999], Gen.Int[0, 50_000], Gen.Byte.Array[0, 300], (at, cut, added) =>
        (byte[])[.. BasisBytes.AsSpan(0, at), .. added, .. BasisBytes.AsSpan(Math.Min(BasisBytes.Length, at + cut))]);

    /// <summary>Two bytes of the steps' length, the length of what it makes, the steps, the literals.</summary>
    private static Gen<byte[]> Patches(int most) => Gen.Select(Gen.Int[0, 4_999], Gen.Int[0, most], Gen.Byte.Array[0, 40], (at, cut, added) =>
    {
        byte[] target = [.. SmallBasis.AsSpan(0, at), .. added, .. SmallBasis.AsSpan(Math.Min(SmallBasis.Length, at + cut))];
        if (Patch.Encode(target, PatchSums.Of(SmallBasis)) is not { } patch) return (byte[])[3, 0, 100, 0, 0, 0, 100];
        return [.. BitConverter.GetBytes((ushort)patch.Steps.Length), .. BitConverter.GetBytes((ushort)target.Length), .. patch.Steps.Span, .. patch.Literals.Span];
    });

    private static Manifest ManifestOf(byte[] content)
    {
        using var hasher = new ContentHasher(content.Length);
        hasher.Append(content);
        return hasher.Finish();
    }

    private static BlockSums SumsOf(byte[] content)
    {
        var summer = new BlockSummer(Key, content.Length);
        summer.Append(content);
        return summer.Finish()!;
    }

    private static string ReadManifest(byte[] input)
    {
        if (!Manifest.TryDecode(input, long.MaxValue, out var manifest, out var error)) return "refused: " + error;
        BytesTarget.AssertSame(Convert.ToHexString(input), Convert.ToHexString(manifest.Encode()));
        Whole(manifest);
        return "accepted " + Math.Min(manifest.Count, 20);
    }

    private static string ReadManifestDelta(byte[] input)
    {
        if (!ManifestDelta.TryApply(Basis, input, long.MaxValue, 1 << 16, out var manifest, out var error)) return "refused: " + error;
        if (!ManifestDelta.TryApply(Basis, ManifestDelta.Encode(manifest, Basis), long.MaxValue, out var again, out var wrong)) throw new InvalidOperationException(wrong);
        BytesTarget.AssertSame(manifest.Id.ToString(), again.Id.ToString());
        Whole(manifest);
        // What a receiver makes of it.
        _ = TransferPlan.Between(manifest, Basis).From(manifest.Length / 2);
        return "accepted " + Math.Min(manifest.Count, 40);
    }

    /// <summary>Chunks follow each other to the end.</summary>
    private static void Whole(Manifest manifest)
    {
        long at = 0;
        for (var i = 0; i < manifest.Count; i++)
        {
            if (manifest.OffsetOf(i) != at || manifest.LengthOf(i) <= 0) throw new InvalidOperationException($"Chunk {i} begins at {manifest.OffsetOf(i)}, not {at}.");
            at += manifest.LengthOf(i);
        }

        if (at != manifest.Length) throw new InvalidOperationException("The chunks do not add up.");
    }

    private static (byte[] Steps, byte[] Literals, int Length) Split(byte[] input)
    {
        if (input.Length < 4) return ([], [], 0);
        var steps = Math.Min(input.Length - 4, (int)BinaryPrimitives.ReadUInt16LittleEndian(input));
        return (input[4..(4 + steps)], input[(4 + steps)..], BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(2)));
    }

    private static string ReadDelta(byte[] input)
    {
        var (steps, literals, _) = Split(input);
        var reader = new BlockDeltaReader(steps, literals, SmallBasis.Length);
        var count = 0;
        var taken = 0;
        while (reader.Next())
        {
            count++;
            taken += reader.Literals.Length;
            if (reader.CopyOffset < 0 || reader.CopyLength < 0 || reader.CopyOffset + reader.CopyLength > SmallBasis.Length) throw new InvalidOperationException("A copy from outside of the basis.");
        }

        if (!reader.IsDamaged && taken != literals.Length) throw new InvalidOperationException("Literals are left over.");
        return reader.IsDamaged ? "damaged after " + Math.Min(count, 20) : "accepted " + Math.Min(count, 20);
    }

    private static string ReadPatch(byte[] input)
    {
        var (steps, literals, length) = Split(input);
        if (Patch.Apply(SmallBasis, steps, literals, length) is not { } content) return "refused";
        if (content.Length != length) throw new InvalidOperationException("A content of another length.");
        return "accepted " + (length / 512);
    }

    private static string ReadPatchSums(byte[] input)
    {
        if (input.Length < 16) return "refused: short";
        if (!PatchSums.TryTake(BinaryPrimitives.ReadUInt64LittleEndian(input), BinaryPrimitives.ReadUInt64LittleEndian(input.AsSpan(8)), input.AsMemory(16), out var sums)) return "refused";
        if (Patch.Encode(SmallBasis, sums) is not { } patch) return "accepted, no patch";
        // Whatever the sums said: a patch is of the basis that they are of, or of none.
        _ = Patch.Apply(Gens.Some(sums.BasisLength), patch.Steps.Span, patch.Literals.Span, SmallBasis.Length) ?? throw new InvalidOperationException("A patch that cannot be applied.");
        return "accepted, a patch";
    }

    private static string ReadBlockSums(byte[] input)
    {
        if (!BlockSums.TryDecode(input, Key, out var sums)) return "refused";
        BytesTarget.AssertSame(Convert.ToHexString(input), Convert.ToHexString(sums.Encode()));
        return "accepted " + sums.BlockSize;
    }

    private static void MendSums(byte[] input)
    {
        if (input.Length >= 8) BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(input.Length - 8), XxHash3.HashToUInt64(input.AsSpan(0, input.Length - 8)));
    }
}
