using Sync.Engine.Files;
using Xunit;

namespace Sync.Engine.Tests.Hostile;

/// <summary>A local user who may write in a share: makes a directory and a link to outside change places, as fast as can be.</summary>
internal sealed class SwappingUser : IDisposable
{
    private readonly IFileSystem _files;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _swaps;

    public SwappingUser(string root, string directory, string target)
    {
        Assert.Equal(FsError.None, FileSystems.Open(root, out var files));
        _files = files!;
        Assert.Equal(FsError.None, _files.MakeSymlink("link", target));
        _thread = new Thread(() =>
        {
            while (!_stop.IsCancellationRequested)
            {
                if (_files.Rename(directory, "link", RenameMode.Exchange) == FsError.None) Interlocked.Increment(ref _swaps);
                // Now and then a pause, so that what is slow gets somewhere in between too.
                if (_swaps % 64 == 0) Thread.Yield();
                if (_swaps % 1024 == 0) _stop.Token.WaitHandle.WaitOne(2);
            }
        });
        _thread.Start();
    }

    public long Swaps => Interlocked.Read(ref _swaps);

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
        _files.Dispose();
    }
}
