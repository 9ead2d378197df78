using Sync.Delta;

namespace Sync.Engine.Transfer;

/// <summary>Sums the blocks of a piece on another processor while its caller hashes the same piece: of 1.6 s for 1 GiB, a quarter. One user.</summary>
internal sealed class SideSummer(BlockSummer summer) : IThreadPoolWorkItem, IDisposable
{
    private readonly ManualResetEventSlim _done = new(true);
    private byte[] _piece = [];
    private int _length;
    private Exception? _failure;

    /// <summary>Begins with the next piece, which must stay as it is until <see cref="Wait"/>.</summary>
    public void Begin(byte[] piece, int length)
    {
        _piece = piece;
        _length = length;
        _done.Reset();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Returns when it is done with the piece.</summary>
    public void Wait()
    {
        _done.Wait();
        if (_failure is not null) throw new InvalidOperationException("A piece could not be summed.", _failure);
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            summer.Append(_piece.AsSpan(0, _length));
        }
        catch (Exception e)
        {
            _failure = e;
        }

        _done.Set();
    }

    /// <summary>Waits, too: the piece is the caller's again.</summary>
    public void Dispose()
    {
        _done.Wait();
        _done.Dispose();
    }
}
