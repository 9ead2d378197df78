using System.Runtime.InteropServices;
using System.Text.Unicode;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Watching.Linux;

/// <summary>
/// inotify, with one thread that blocks in <c>poll</c> and hands on what it reads at once. A tag belongs to one directory: given to
/// a second, it leaves the first. The thread takes the table's lock for each batch, and <see cref="Watch"/> holds it from the system call to the entry, so that
/// no event arrives before its tag is known.
/// </summary>
internal sealed unsafe class InotifyWatcher : IWatcher
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const short PollIn = 1;
    private const int BufferSize = 64 * 1024;

    /// <summary>How often a file that is being written is told of, in ms.</summary>
    private const int RepeatPace = 25;

    private readonly LinuxFileSystem _fs;
    private readonly WatchSink _sink;
    private readonly FileDescriptor _inotify;
    private readonly FileDescriptor _stop;
    private readonly Thread _reader;
    private readonly Lock _gate = new();
    private readonly Lock _reading = new();
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly WatchTable _table = new();
    private readonly List<WatchEvent> _batch = [];

    /// <summary>The event of the write that was told of last, if nothing was told of since, and when: a large file being written says so thousands of
    /// times a second.</summary>
    private byte[] _lastWrite = [];
    private long _lastWriteAt;

    /// <summary>It was repeated since, and that is still to be told.</summary>
    private bool _isRepeated;
    private bool _disposed;

    private InotifyWatcher(LinuxFileSystem fs, WatchSink sink, FileDescriptor inotify, FileDescriptor stop)
    {
        _fs = fs;
        _sink = sink;
        _inotify = inotify;
        _stop = stop;
        _reader = new Thread(ReadEvents) { IsBackground = true, Name = "inotify" };
        _reader.Start();
    }

    /// <inheritdoc/>
    public bool IsPolling => false;

    /// <summary>Starts a watcher; <see cref="FsError.Limit"/> where the user's inotify instances have run out.</summary>
    public static FsError Create(LinuxFileSystem fs, WatchSink sink, out InotifyWatcher? watcher)
    {
        watcher = null;
        var inotify = new FileDescriptor(LibC.inotify_init1(NonBlocking | CloseOnExec));
        if (inotify.IsInvalid)
            return Errno.LastError;
        var stop = new FileDescriptor(LibC.eventfd(0, NonBlocking | CloseOnExec));
        if (stop.IsInvalid)
        {
            var error = Errno.LastError;
            inotify.Dispose();
            return error;
        }

        watcher = new InotifyWatcher(fs, sink, inotify, stop);
        return FsError.None;
    }

    /// <inheritdoc/>
    public FsError Watch(string path, object tag)
    {
        var error = _fs.OpenDirectory(path, out var fd);
        if (error != FsError.None)
            return error;
        var link = stackalloc byte[ProcPath.MaxLength];
        ProcPath.Write(fd, link);
        lock (_gate)
        {
            var watch = _disposed ? -1 : LibC.inotify_add_watch(_inotify, link, InotifyMask.Wanted);
            if (watch >= 0)
            {
                if (_table.Set(watch, tag, out var replaced))
                    _ = LibC.inotify_rm_watch(_inotify, replaced);
            }
            else
            {
                // ENOSPC is the user's limit of watches here; ENOENT a /proc that is not mounted, as the directory itself is open.
                error = _disposed ? FsError.Invalid
                    : Errno.Last == Errno.ENOSPC ? FsError.Limit
                    : Errno.Last == Errno.ENOENT ? FsError.Unsupported
                    : Errno.LastError;
            }
        }

        _ = LibC.close(fd);
        return error;
    }

    /// <inheritdoc/>
    public void CatchUp()
    {
        lock (_reading)
        {
            if (!_inotify.IsClosed) ReadQueued();
        }
    }

    /// <inheritdoc/>
    public void Unwatch(object tag)
    {
        lock (_gate)
        {
            // The kernel may have removed it a moment ago: that is what was wanted.
            if (_table.Remove(tag, out var watch) && !_disposed)
                _ = LibC.inotify_rm_watch(_inotify, watch);
        }
    }

    /// <summary>Ends the thread, after the batch that it is delivering; may be called from the sink.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        ulong one = 1;
        _ = LibC.write(_stop, (byte*)&one, sizeof(ulong));
        if (_reader != Thread.CurrentThread)
            _reader.Join();
    }

    private void ReadEvents()
    {
        var waits = stackalloc PollFd[2]
        {
            new() { Fd = (int)_inotify.DangerousGetHandle(), Events = PollIn },
            new() { Fd = (int)_stop.DangerousGetHandle(), Events = PollIn },
        };
        try
        {
            while (true)
            {
                var ready = LibC.poll(waits, 2, _isRepeated ? RepeatPace : -1);
                if (ready < 0)
                {
                    if (Errno.Interrupted)
                        continue;
                    throw new IOException($"inotify can no longer be waited for (errno {Errno.Last}).");
                }

                if (waits[1].Returned != 0)
                    return;
                lock (_reading)
                {
                    if (ready == 0) TellRepeated();
                    else ReadQueued();
                }

                // The kernel makes one of equal events that wait: each read at once, 1 GiB written in pieces of 8 KiB took 2 CPU seconds.
                if (_isRepeated && LibC.poll(&waits[1], 1, 1) > 0)
                    return;
            }
        }
        finally
        {
            lock (_reading)
            {
                NativeMemory.Free(_buffer);
                _inotify.Dispose();
            }

            _stop.Dispose();
        }
    }

    // All of it: less than a whole buffer was the end.
    private void ReadQueued()
    {
        while (true)
        {
            var read = (int)LibC.read(_inotify, _buffer, BufferSize);
            if (read > 0) Deliver(new ReadOnlySpan<byte>(_buffer, read));
            else if (read == 0 || Errno.Last == Errno.EAGAIN) return;
            else if (Errno.Last != Errno.EINTR) throw new IOException($"inotify can no longer be read (errno {Errno.Last}).");
        }
    }

    private void Deliver(ReadOnlySpan<byte> bytes)
    {
        _batch.Clear();
        lock (_gate)
        {
            var before = default(ReadOnlySpan<byte>);
            while (!bytes.IsEmpty)
            {
                ref readonly var head = ref MemoryMarshal.AsRef<InotifyEvent>(bytes);
                var length = sizeof(InotifyEvent) + (int)head.NameLength;
                var record = bytes[..length];

                if (head.Mask != InotifyMask.Modify || (!record.SequenceEqual(before) && !IsRepeated(record)))
                {
                    AddRepeated();
                    _lastWrite = head.Mask == InotifyMask.Modify ? record.ToArray() : [];
                    _lastWriteAt = Environment.TickCount64;
                    Add(head, record[sizeof(InotifyEvent)..]);
                }

                before = record;
                bytes = bytes[length..];
            }
        }

        if (_batch.Count > 0)
            _sink(CollectionsMarshal.AsSpan(_batch));
    }

    private bool IsRepeated(ReadOnlySpan<byte> record)
    {
        if (Environment.TickCount64 - _lastWriteAt >= RepeatPace || !record.SequenceEqual(_lastWrite)) return false;
        return _isRepeated = true;
    }

    private void AddRepeated()
    {
        if (!_isRepeated) return;
        _isRepeated = false;
        Add(MemoryMarshal.AsRef<InotifyEvent>(_lastWrite), _lastWrite.AsSpan(sizeof(InotifyEvent)));
    }

    // The last write of a file that stays open may have been one of those not told of.
    private void TellRepeated()
    {
        _batch.Clear();
        lock (_gate) AddRepeated();
        _lastWriteAt = Environment.TickCount64;
        if (_batch.Count > 0) _sink(CollectionsMarshal.AsSpan(_batch));
    }

    private void Add(in InotifyEvent head, ReadOnlySpan<byte> padded)
    {
        if ((head.Mask & InotifyMask.QueueOverflow) != 0)
        {
            _batch.Add(new WatchEvent(null, null, WatchChange.Overflow, 0));
            return;
        }

        if (InotifyMask.ToChange(head.Mask) is not { } change || _table.TagOf(head.Watch) is not { } tag)
            return;
        if (change == WatchChange.Ended)
            _table.Remove(head.Watch); // IN_IGNORED follows IN_DELETE_SELF: told once
        var end = padded.IndexOf((byte)0);
        _batch.Add(new WatchEvent(tag, NameOf(end < 0 ? padded : padded[..end]), change, head.Cookie));
    }

    private static string? NameOf(ReadOnlySpan<byte> name) =>
        name.IsEmpty || !Utf8.IsValid(name) ? null : System.Text.Encoding.UTF8.GetString(name);
}
