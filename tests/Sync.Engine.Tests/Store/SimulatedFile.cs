using Sync.Engine.Store.LiteDb;

namespace Sync.Engine.Tests.Store;

/// <summary>A file in memory that remembers what was written since its last sync, so that a power cut can lose any of it, in any mix.
/// A changed length is a barrier, as a journaling file system makes it: what was written after it survives only if it did.</summary>
internal sealed class SimulatedFile : IStoreFile
{
    // Torn by sectors, not by calls.
    private const int Sector = 512;

    private readonly List<(long Offset, byte[]? Data)> _unsynced = [];
    private readonly MemoryStream _bytes = new();
    private readonly MemoryStream _durable = new();

    public int Syncs { get; private set; }

    /// <summary>Called before each write; may throw.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>Called before each sync; may throw.</summary>
    public Action? BeforeSync { get; set; }

    public long Length => _bytes.Length;

    /// <summary>The bytes as a reader sees them now, to look at or to damage.</summary>
    public Span<byte> Bytes => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

    public static SimulatedFile Of(ReadOnlySpan<byte> bytes)
    {
        var file = new SimulatedFile();
        file._bytes.Write(bytes);
        file._durable.Write(bytes);
        return file;
    }

    public int Read(long offset, Span<byte> buffer)
    {
        _bytes.Position = offset;
        return _bytes.Read(buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        BeforeWrite?.Invoke();
        _unsynced.Add((offset, data.ToArray()));
        Put(_bytes, offset, data);
    }

    public void SetLength(long length)
    {
        _unsynced.Add((length, null));
        _bytes.SetLength(length);
    }

    public void Sync()
    {
        BeforeSync?.Invoke();
        Syncs++;
        foreach (var (offset, data) in _unsynced)
        {
            if (data is null) _durable.SetLength(offset);
            else Put(_durable, offset, data);
        }

        _unsynced.Clear();
    }

    /// <summary>What a disk might hold if the power went now.</summary>
    public SimulatedFile AfterPowerLoss(Random random)
    {
        var lost = Of(_durable.GetBuffer().AsSpan(0, (int)_durable.Length));
        var keep = random.NextDouble();
        foreach (var (offset, data) in _unsynced)
        {
            if (data is null)
            {
                if (random.NextDouble() < 0.5) break;
                lost._bytes.SetLength(offset);
                continue;
            }

            for (var at = 0; at < data.Length; at += Sector)
            {
                if (random.NextDouble() >= keep) continue;
                var sector = data.AsSpan(at, Math.Min(Sector, data.Length - at));
                if (random.Next(50) == 0) random.NextBytes(sector);
                Put(lost._bytes, offset + at, sector);
            }
        }

        return Of(lost.Bytes);
    }

    public void Dispose()
    {
    }

    private static void Put(MemoryStream to, long offset, ReadOnlySpan<byte> data)
    {
        to.Position = offset;
        to.Write(data);
    }
}
