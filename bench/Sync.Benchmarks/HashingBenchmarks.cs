using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Sync.Delta;

namespace Sync.Benchmarks;

/// <summary>What is done with every byte of a file that is read: 64 MiB of noise.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class HashingBenchmarks : IDisposable
{
    private const int Small = 4 << 10;
    private readonly byte[] _bytes = Contents.Random(1);
    private readonly ContentHasher _hasher = new(Contents.Length);
    private readonly BlockKey _key = BlockKey.New();

    [Benchmark(Description = "chunks cut, 64 MiB")]
    public int Cut()
    {
        var cutter = new Cutter(_bytes.Length, offset: 0);
        var chunks = 0;
        for (ReadOnlySpan<byte> rest = _bytes; !rest.IsEmpty;)
        {
            rest = rest[cutter.Take(rest, out var cut)..];
            if (cut)
                chunks++;
        }

        return chunks;
    }

    [Benchmark(Description = "SHA-256 in pieces of 16 KiB, 64 MiB")]
    public int Hash()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (var at = 0; at < _bytes.Length; at += 16 << 10)
            SHA256.HashData(_bytes.AsSpan(at, 16 << 10), digest);
        return digest[0];
    }

    [Benchmark(Description = "cut and hashed in one pass, 64 MiB")]
    public ContentId CutAndHash()
    {
        _hasher.Reset(_bytes.Length);
        _hasher.Append(_bytes);
        return _hasher.Finish().Id;
    }

    [Benchmark(Description = "content id of a file of 4 KiB")]
    public ContentId OfSmall() => Manifest.OfSmall(_bytes.AsSpan(0, Small)).Id;

    [Benchmark(Description = "block sums, 64 MiB")]
    public BlockSums? Sum()
    {
        var summer = new BlockSummer(_key, _bytes.Length);
        summer.Append(_bytes);
        return summer.Finish();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _hasher.Dispose();
        GC.SuppressFinalize(this);
    }
}
