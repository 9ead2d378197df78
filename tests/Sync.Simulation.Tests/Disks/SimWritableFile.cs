using Sync.Engine.Files;

namespace Sync.Simulation.Tests.Disks;

/// <summary>A file of the engine's own, open for writing.</summary>
internal sealed class SimWritableFile(SimFileSystem files, SimDisk disk, Inode inode) : IWritableFile
{
    public FsError Write(long offset, ReadOnlySpan<byte> data) => files.Begin(DiskCall.Write) is var error and not FsError.None ? error : disk.Write(inode, offset, data);

    public FsError Read(long offset, Span<byte> buffer, out int read)
    {
        read = 0;
        var error = files.Begin(DiskCall.Read);
        if (error != FsError.None || offset >= inode.Data.Length) return error;
        read = (int)Math.Min(buffer.Length, inode.Data.Length - offset);
        inode.Data.Span.Slice((int)offset, read).CopyTo(buffer);
        return FsError.None;
    }

    public FsError CopyFrom(IReadableFile source, long sourceOffset, long offset, long length)
    {
        var error = files.Begin(DiskCall.Write);
        if (error != FsError.None) return error;
        var bytes = ((SimReadableFile)source).Inode.Data;
        return sourceOffset + length > bytes.Length ? FsError.Invalid : disk.Write(inode, offset, bytes.Span.Slice((int)sourceOffset, (int)length));
    }

    public FsError SetLength(long length)
    {
        var error = files.Begin(DiskCall.Write);
        if (error == FsError.None) disk.SetLength(inode, length);
        return error;
    }

    public FsError SetMeta(uint mode, ulong? owner, long mtimeNs)
    {
        var error = files.Begin(DiskCall.Change);
        if (error != FsError.None) return error;
        disk.SetMode(inode, mode);
        disk.SetMtime(inode, mtimeNs);
        return FsError.None;
    }

    public bool TrySetDirect(bool direct) => false;

    public void BeginWriteBack()
    {
        // Write-back that nobody waits for is write-back that has not happened.
    }

    public FsError WriteBack()
    {
        var error = files.Begin(DiskCall.Sync);
        if (error == FsError.None) disk.WriteBack(inode);
        return error;
    }

    public FsError Sync()
    {
        var error = files.Begin(DiskCall.Sync);
        if (error == FsError.None) disk.Sync(inode);
        return error;
    }

    public FsError Stat(out FileStat stat)
    {
        stat = inode.Stat;
        return files.Begin(DiskCall.Look);
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
