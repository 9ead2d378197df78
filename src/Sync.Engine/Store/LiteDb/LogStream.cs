using System.Buffers.Binary;
using System.Diagnostics;

namespace Sync.Engine.Store.LiteDb;

/// <summary>
/// The write-ahead log, as LiteDB sees it. LiteDB believes any page marked as confirmed, also when the pages before it never reached the
/// disk; so the pages of one commit are kept back, and written as one group with a checksum, followed by the one sync that a commit costs.
/// When opened, what follows the last whole group was never acknowledged, and is cut off.
/// LiteDB hands its pages over on a thread of its own, which may lag behind its `Commit`; the last page of a transaction is marked as confirmed.
/// </summary>
internal sealed class LogStream : PageStream
{
    // Where LiteDB's page header says that a transaction is complete.
    private const int ConfirmedOffset = 18;

    // LiteDB hands over within a millisecond; if it ever ends its thread in silence, an error is better than waiting for ever.
    private static readonly TimeSpan HandOver = TimeSpan.FromMinutes(1);

    private const int LeastPending = LogFrame.HeadSize + 8 * PageSize;

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _ready = new();
    private readonly IStoreFile _file;
    private readonly DataStream _data;
    private readonly List<long> _offsets = [];
    private byte[] _pending = new byte[LeastPending];
    private int _pendingPages;
    private long _end;
    private long _group;
    private long _groupFirstPage;
    private long _groupStart;
    private ulong _generation;
    private bool _discarding;
    private Exception? _failure;

    /// <summary>Reads and checks the log.</summary>
    /// <exception cref="StoreCorruptException">An acknowledged group cannot be read.</exception>
    public LogStream(IStoreFile file, DataStream data)
    {
        _file = file;
        _data = data;
        Recover();
    }

    /// <summary>A sync failed: nobody knows what of the last group is on the disk.</summary>
    public bool IsUncertain { get; private set; }

    /// <summary>Bytes that the log takes on disk.</summary>
    public long FileLength
    {
        get
        {
            lock (_gate) return _end;
        }
    }

    /// <inheritdoc/>
    public override long Length
    {
        get
        {
            lock (_gate) return Pages * PageSize;
        }
    }

    private long Pages => _offsets.Count + _pendingPages;

    /// <summary>Waits for the last page of the one transaction that LiteDB has just committed, writes it as one group, and returns when that
    /// is durable.</summary>
    public void Commit()
    {
        var begun = Stopwatch.GetTimestamp();
        // Under libfaketime a wait may end before its time.
        while (!_ready.Wait(HandOver))
            if (Stopwatch.GetElapsedTime(begun) >= HandOver) throw new IOException("LiteDB did not hand over what it committed.");
        lock (_gate)
        {
            if (_failure is not null) throw new IOException($"The log could not be written. {_failure.Message}", _failure);
            WriteFrame(endsGroup: true);
            IsUncertain = true;
            _file.Sync();
            IsUncertain = false;
            _group++;
            _groupFirstPage = _offsets.Count;
            _groupStart = _end;
            _ready.Reset();
        }
    }

    /// <summary>Does LiteDB's checkpoint before LiteDB is opened, because a checkpoint that a power cut ended may have torn any page of the
    /// data file that the log holds, the first one too, which LiteDB reads before it looks at the log.</summary>
    public void Redo()
    {
        lock (_gate)
        {
            if (_offsets.Count == 0) return;
            var newest = new Dictionary<uint, long>();
            var page = new byte[PageSize];
            foreach (var offset in _offsets)
            {
                _file.Read(offset, page.AsSpan(0, sizeof(uint)));
                newest[BinaryPrimitives.ReadUInt32LittleEndian(page)] = offset;
            }

            foreach (var (id, offset) in newest.OrderBy(static x => x.Key))
            {
                if (_file.Read(offset, page) != PageSize) throw new StoreCorruptException("The log file was cut while it was open.");
                page[ConfirmedOffset] = 0;
                _data.Position = id * (long)PageSize;
                _data.Write(page);
            }
        }

        SetLength(0);
    }

    /// <summary>From now on, writes are swallowed: LiteDB is being closed after a failed commit.</summary>
    public void BeginDiscard()
    {
        lock (_gate) _discarding = true;
    }

    /// <summary>Forgets everything after the last group.</summary>
    public void EndDiscard()
    {
        lock (_gate)
        {
            _pendingPages = 0;
            _offsets.RemoveRange((int)_groupFirstPage, _offsets.Count - (int)_groupFirstPage);
            _end = _groupStart;
            _discarding = false;
            _failure = null;
            _ready.Reset();
            if (_file.Length <= _end) return;
            // Durable at once, so that no frame of an abandoned group can stand behind one that is written next.
            _file.SetLength(_end);
            _file.Sync();
        }
    }

    /// <summary>Gives memory back, if nothing is pending.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_pendingPages == 0) _pending = new byte[LeastPending];
            _offsets.TrimExcess();
        }
    }

    /// <summary>LiteDB empties the log once its pages are in the data file: they have to be durable there first.</summary>
    public override void SetLength(long value)
    {
        lock (_gate)
        {
            if (_discarding || value == Pages * PageSize) return;
            if (value != 0) throw new NotSupportedException("LiteDB 5.0.20 cuts its log to nothing or not at all; this version does not.");
            _data.Sync();
            _file.SetLength(0);
            _file.Sync();
            _offsets.Clear();
            _pendingPages = 0;
            _end = _groupStart = _groupFirstPage = _group = 0;
            _generation = NewGeneration();
        }
    }

    /// <inheritdoc/>
    protected override void ReadPage(long page, Span<byte> buffer)
    {
        lock (_gate)
        {
            var waiting = page - _offsets.Count;
            if (waiting >= 0) Pending((int)waiting).CopyTo(buffer);
            else if (_file.Read(_offsets[(int)page], buffer) != PageSize) throw new StoreCorruptException("The log file was cut while it was open.");
        }
    }

    /// <inheritdoc/>
    protected override void WritePage(long page, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (_discarding || _failure is not null) return;
            try
            {
                Keep(page, data);
                if (data[ConfirmedOffset] != 0) _ready.Set();
            }
#pragma warning disable CA1031 // On LiteDB's thread it would only be lost; Commit throws it to the one who waits.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failure = e;
                _ready.Set();
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _ready.Dispose();
        base.Dispose(disposing);
    }

    private void Keep(long page, ReadOnlySpan<byte> data)
    {
        var waiting = page - _offsets.Count;
        if (waiting < 0 || waiting > _pendingPages) throw new NotSupportedException("LiteDB 5.0.20 only appends to its log; this version does not.");
        if (waiting == LogFrame.MaxPages)
        {
            WriteFrame(endsGroup: false);
            waiting = 0;
        }

        if (waiting == _pendingPages)
        {
            _pendingPages++;
            var need = LogFrame.HeadSize + _pendingPages * PageSize;
            if (need > _pending.Length) Array.Resize(ref _pending, LogFrame.HeadSize + Math.Min(_pendingPages * 2, LogFrame.MaxPages) * PageSize);
        }

        data.CopyTo(Pending((int)waiting));
    }

    // Tells the frames of one filling of the log from any others.
    private static ulong NewGeneration() => (ulong)Random.Shared.NextInt64();

    private Span<byte> Pending(int index) => _pending.AsSpan(LogFrame.HeadSize + index * PageSize, PageSize);

    private void WriteFrame(bool endsGroup)
    {
        var bytes = _pending.AsSpan(0, LogFrame.HeadSize + _pendingPages * PageSize);
        new LogFrame(_generation, _group, _offsets.Count, _pendingPages, endsGroup).Seal(bytes);
        _file.Write(_end, bytes);
        for (var i = 0; i < _pendingPages; i++) _offsets.Add(_end + LogFrame.HeadSize + i * (long)PageSize);
        _end += bytes.Length;
        _pendingPages = 0;
    }

    private void Recover()
    {
        _generation = NewGeneration();
        var length = _file.Length;
        var buffer = new byte[LogFrame.HeadSize + LogFrame.MaxPages * PageSize];
        while (_end < length)
        {
            var got = _file.Read(_end, buffer);
            if (!LogFrame.TryRead(buffer.AsSpan(0, got), out var frame, out var size)) break;
            if (_offsets.Count == 0) _generation = frame.Generation;
            if (frame.Generation != _generation || frame.Group != _group || frame.FirstPage != _offsets.Count) break;
            for (var i = 0; i < frame.Count; i++) _offsets.Add(_end + LogFrame.HeadSize + i * (long)PageSize);
            _end += size;
            if (!frame.EndsGroup) continue;
            _group++;
            _groupFirstPage = _offsets.Count;
            _groupStart = _end;
        }

        if (_end < length) CheckTail(length, buffer);
        EndDiscard();
    }

    // A group is begun only after the one before it was synced. So a whole frame of a later group, behind one that cannot be read,
    // proves that the unreadable one had been acknowledged.
    private void CheckTail(long length, byte[] buffer)
    {
        for (var offset = _groupStart; offset < length;)
        {
            var got = _file.Read(offset, buffer);
            var at = buffer.AsSpan(0, got).IndexOf(LogFrame.Magic);
            if (at < 0)
            {
                if (got < buffer.Length) return;
                offset += got - LogFrame.Magic.Length;
                continue;
            }

            if (at > 0)
            {
                offset += at;
                continue;
            }

            if (LogFrame.TryRead(buffer.AsSpan(0, got), out var frame, out _) && frame.Group > _group)
                throw new StoreCorruptException($"Group {_group} of the log cannot be read, yet group {frame.Group} can.");
            offset++;
        }
    }
}
