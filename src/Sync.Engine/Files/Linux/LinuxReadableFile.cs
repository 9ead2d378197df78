namespace Sync.Engine.Files.Linux;

/// <summary>An open regular file, for reading.</summary>
internal sealed unsafe class LinuxReadableFile(FileDescriptor fd) : IReadableFile
{
    private bool _cannotBeDirect;

    public FileDescriptor Descriptor { get; } = fd;

    public FsError Stat(out FileStat stat) => OpenFile.Stat(Descriptor, out stat);

    public FsError Read(long offset, Span<byte> buffer, out int read) => OpenFile.Read(Descriptor, offset, buffer, out read);

    public FsError ReadOnce(long offset, Span<byte> buffer, out int read)
    {
        if (!_cannotBeDirect && !IsCached(offset, buffer.Length))
        {
            if (ReadDirect(offset, buffer, out read)) return FsError.None;
            _cannotBeDirect = true;
        }

        return Read(offset, buffer, out read);
    }

    public long NextData(long offset) => OpenFile.NextData(Descriptor, offset);

    public void Dispose() => Descriptor.Dispose();

    // Reading with RWF_NOWAIT would ask the same, but has what is missing read into the cache. Where it cannot be known, all is taken to be there.
    private bool IsCached(long offset, int length)
    {
        var range = stackalloc ulong[2] { (ulong)offset, (ulong)length };
        CacheStat stat;
        if (LibC.syscall(Abi.CacheStat, Descriptor.DangerousGetHandle(), (nint)range, (nint)(&stat), 0, 0) == 0)
            return stat.Cached >= (ulong)(length / Environment.SystemPageSize);
        _cannotBeDirect = true;
        return true;
    }

    // False where it is refused, and where it failed: then the ordinary way tells why.
    private bool ReadDirect(long offset, Span<byte> buffer, out int read)
    {
        read = 0;
        var flags = Abi.Direct == 0 ? -1 : LibC.fcntl(Descriptor, Abi.GetStatusFlags, 0);
        if (flags < 0 || LibC.fcntl(Descriptor, Abi.SetStatusFlags, flags | Abi.Direct) != 0) return false;
        nint got;
        fixed (byte* start = buffer)
            got = LibC.pread(Descriptor, start, buffer.Length, offset);
        var isBack = LibC.fcntl(Descriptor, Abi.SetStatusFlags, flags) == 0;
        if (got < 0 || !isBack) return false;
        read = (int)got;
        // A short one is the end, or nearly so: what follows would not be aligned.
        return read == buffer.Length || OpenFile.Stat(Descriptor, out var stat) == FsError.None && offset + read >= stat.Stamp.Size;
    }
}
