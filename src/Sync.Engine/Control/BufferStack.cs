namespace Sync.Engine.Control;

/// <summary>
/// Buffers of one size that one thread rents and another gives back, which the shared pool answers by making nearly each anew. Who never gives one back loses nothing but that.
/// Safe from any thread.
/// </summary>
/// <param name="size">Of each, in bytes.</param>
/// <param name="kept">So many at most wait to be rented again.</param>
internal sealed class BufferStack(int size, int kept)
{
    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _free = new();

    /// <summary>A buffer, with anything in it.</summary>
    public byte[] Rent()
    {
        lock (_gate)
            if (_free.TryPop(out var buffer)) return buffer;
        return GC.AllocateUninitializedArray<byte>(size);
    }

    /// <summary>Takes one back that nobody uses any more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has another size.</exception>
    public void Return(byte[] buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(buffer.Length, size);
        lock (_gate)
            if (_free.Count < kept) _free.Push(buffer);
    }

    /// <summary>Gives memory back: there is no use for them for now.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            _free.Clear();
            _free.TrimExcess();
        }
    }
}
