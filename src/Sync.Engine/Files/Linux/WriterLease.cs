namespace Sync.Engine.Files.Linux;

/// <summary>Asks the kernel whether anyone has a file open for writing, by taking a read lease for a moment.</summary>
internal static class WriterLease
{
    private const int SetSignal = 10; // F_SETSIG
    private const int SetLease = 1024; // F_SETLEASE
    private const int ReadLease = 0; // F_RDLCK
    private const int NoLease = 2; // F_UNLCK
    private const int SignalUrgent = 23; // SIGURG

    /// <summary>True: nobody writes; false: somebody does; null: not ours to ask, or the file system has no leases.</summary>
    public static bool? NoneWrites(FileDescriptor readOnly)
    {
        // A writer that opens the file while the lease is held has the kernel tell us by a signal: SIGIO by default, which would end
        // the process. SIGURG is ignored unless handled. If it cannot be had, the question is not asked.
        if (LibC.fcntl(readOnly, SetSignal, SignalUrgent) != 0)
            return null;
        if (LibC.fcntl(readOnly, SetLease, ReadLease) == 0)
        {
            _ = LibC.fcntl(readOnly, SetLease, NoLease);
            return true;
        }

        return Errno.Last == Errno.EAGAIN ? false : null;
    }
}
