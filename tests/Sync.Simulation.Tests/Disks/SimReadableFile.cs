using Sync.Engine.Files;

namespace Sync.Simulation.Tests.Disks;

/// <summary>An open file: what is written to it later is read too.</summary>
internal sealed class SimReadableFile(SimFileSystem files, Inode inode) : IReadableFile
{
    public Inode Inode => inode;

    public FsError Stat(out FileStat stat)
    {
        stat = inode.Stat;
        return files.Begin(DiskCall.Look);
    }

    public FsError Read(long offset, Span<byte> buffer, out int read)
    {
        read = 0;
        var error = files.Begin(DiskCall.Read);
        if (error != FsError.None || offset >= inode.Data.Length) return error;
        read = (int)Math.Min(buffer.Length, inode.Data.Length - offset);
        inode.Data.Span.Slice((int)offset, read).CopyTo(buffer);
        return FsError.None;
    }

    public FsError ReadOnce(long offset, Span<byte> buffer, out int read) => Read(offset, buffer, out read);

    public long NextData(long offset) => Math.Min(offset, inode.Data.Length);

    public void Dispose()
    {
        // Nothing is held.
    }
}
