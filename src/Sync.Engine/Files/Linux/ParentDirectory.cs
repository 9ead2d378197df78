namespace Sync.Engine.Files.Linux;

/// <summary>The open directory that holds a path's last name: either a descriptor of its own, or the root's, borrowed.</summary>
internal readonly ref struct ParentDirectory
{
    private readonly FileDescriptor? _borrowed;

    public ParentDirectory(int fd) => Fd = fd;

    public ParentDirectory(FileDescriptor root)
    {
        var added = false;
        root.DangerousAddRef(ref added);
        _borrowed = root;
        Fd = (int)root.DangerousGetHandle();
    }

    public int Fd { get; }

    public void Dispose()
    {
        if (_borrowed is not null)
            _borrowed.DangerousRelease();
        else
            _ = LibC.close(Fd);
    }
}
