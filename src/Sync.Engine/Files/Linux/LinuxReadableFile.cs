namespace Sync.Engine.Files.Linux;

/// <summary>An open regular file, for reading.</summary>
internal sealed class LinuxReadableFile(FileDescriptor fd) : IReadableFile
{
    public FileDescriptor Descriptor { get; } = fd;

    public FsError Stat(out FileStat stat) => OpenFile.Stat(Descriptor, out stat);

    public FsError Read(long offset, Span<byte> buffer, out int read) => OpenFile.Read(Descriptor, offset, buffer, out read);

    public long NextData(long offset) => OpenFile.NextData(Descriptor, offset);

    public void Dispose() => Descriptor.Dispose();
}
