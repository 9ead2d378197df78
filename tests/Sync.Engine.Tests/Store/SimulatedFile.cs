using Sync.Engine.Store.LiteDb;

namespace Sync.Engine.Tests.Store;

/// <summary>A file in memory that remembers what was written since its last sync, so that a power cut can lose any of it, in any mix.
/// A changed length is a barrier, as a journaling file system makes it: what was written after it survives only if it did.</summary>
internal sealed class SimulatedFile : IStoreFile
{
    private readonly List<(long Offset, byte[]? Data)> _unsynced = [];
    private byte[] _bytes = [];
    private byte[] _durable = [];

    public int Syncs { get; private set; }

    public long Written { get; private set; }

    /// <summary>Called before each write and sync; may throw.</summary>
    public Action? BeforeWrite { get; set; }

    public Action? BeforeSync { get; set; }

    public long Length => _bytes.Length;

    public byte[] Bytes => _bytes;

    public static SimulatedFile Of(byte[] bytes) => new() { _bytes = (byte[])bytes.Clone(), _durable = (byte[])bytes.Clone() };

    public int Read(long offset, Span<byte> buffer)
    {
        if (offset >= _bytes.Length) return 0;
        var count = (int)Math.Min(buffer.Length, _bytes.Length - offset);
        _bytes.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        BeforeWrite?.Invoke();
        Written += data.Length;
        // Torn by sectors, not by calls.
        for (var at = 0; at < data.Length; at += 512)
            _unsynced.Add((offset + at, data.Slice(at, Math.Min(512, data.Length - at)).ToArray()));
        Put(ref _bytes, offset, data);
    }

    public void SetLength(long length)
    {
        _unsynced.Add((length, null));
        Array.Resize(ref _bytes, (int)length);
    }

    public void Sync()
    {
        BeforeSync?.Invoke();
        Syncs++;
        _unsynced.Clear();
        _durable = (byte[])_bytes.Clone();
    }

    /// <summary>What a disk might hold if the power went now.</summary>
    public SimulatedFile AfterPowerLoss(Random random)
    {
        var bytes = (byte[])_durable.Clone();
        var keep = random.NextDouble();
        foreach (var (offset, data) in _unsynced)
        {
            if (data is null)
            {
                if (random.NextDouble() < 0.5) break;
                Array.Resize(ref bytes, (int)offset);
            }
            else if (random.NextDouble() < keep)
            {
                if (random.Next(50) == 0) random.NextBytes(data);
                Put(ref bytes, offset, data);
            }
        }

        return Of(bytes);
    }

    public void Dispose()
    {
    }

    private static void Put(ref byte[] bytes, long offset, ReadOnlySpan<byte> data)
    {
        if (bytes.Length < offset + data.Length) Array.Resize(ref bytes, (int)offset + data.Length);
        data.CopyTo(bytes.AsSpan((int)offset));
    }
}
