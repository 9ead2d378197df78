using Microsoft.Win32.SafeHandles;

namespace Sync.Engine.Files.Linux;

/// <summary>An owned file descriptor. A safe handle, so that a call racing with <c>Dispose</c> never reaches a descriptor
/// number that was given to another file in between.</summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor()
        : base(ownsHandle: true)
    {
    }

    public FileDescriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
