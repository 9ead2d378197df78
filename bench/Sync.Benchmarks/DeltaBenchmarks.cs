using BenchmarkDotNet.Attributes;
using Sync.Delta;

namespace Sync.Benchmarks;

/// <summary>A content of 64 MiB follows another: what travels is found, and the new one put together from it.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class DeltaBenchmarks
{
    private const int Piece = 64 << 10;
    private readonly BlockKey _key = BlockKey.New();
    private readonly List<BlockDelta> _deltas = [];
    private byte[] _before = [];
    private byte[] _after = [];
    private byte[] _rebuilt = [];
    private Manifest _beforeManifest = Manifest.Empty;
    private Manifest _afterManifest = Manifest.Empty;
    private BlockSums _sums = null!;

    [ParamsAllValues]
    public Edit Edit { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        (_before, _after) = Contents.Pair(Edit);
        _rebuilt = new byte[_after.Length];
        _beforeManifest = ManifestOf(_before);
        _afterManifest = ManifestOf(_after);
        var summer = new BlockSummer(_key, _before.Length);
        summer.Append(_before);
        _sums = summer.Finish()!;
        _deltas.Clear();
        Encode(_deltas.Add);
        Apply();
        if (!_rebuilt.AsSpan().SequenceEqual(_after))
            throw new InvalidOperationException("what was put together is not what was taken apart");
    }

    [Benchmark(Description = "chunks planned, 64 MiB")]
    public TransferPlan Plan() => TransferPlan.Between(_afterManifest, _beforeManifest);

    [Benchmark(Description = "delta encoded against block sums, 64 MiB")]
    public long Encode()
    {
        var bytes = 0L;
        Encode(delta => bytes += delta.Steps.Length + delta.Literals.Length);
        return bytes;
    }

    [Benchmark(Description = "delta applied, 64 MiB")]
    public int Apply()
    {
        var at = 0;
        foreach (var delta in _deltas)
        {
            var reader = new BlockDeltaReader(delta.Steps.Span, delta.Literals.Span, _before.Length);
            while (reader.Next())
            {
                reader.Literals.CopyTo(_rebuilt.AsSpan(at));
                at += reader.Literals.Length;
                _before.AsSpan((int)reader.CopyOffset, (int)reader.CopyLength).CopyTo(_rebuilt.AsSpan(at));
                at += (int)reader.CopyLength;
            }
        }

        return at;
    }

    // In pieces as a file is read.
    private void Encode(Action<BlockDelta> emit)
    {
        var encoder = new BlockDeltaEncoder(_sums, _key, emit);
        for (var at = 0; at < _after.Length; at += Piece)
            encoder.Append(_after.AsSpan(at, Math.Min(Piece, _after.Length - at)));
        encoder.Finish();
    }

    private static Manifest ManifestOf(byte[] bytes)
    {
        using var hasher = new ContentHasher(bytes.Length);
        hasher.Append(bytes);
        return hasher.Finish();
    }
}
