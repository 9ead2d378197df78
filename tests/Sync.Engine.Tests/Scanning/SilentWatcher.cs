using Sync.Engine.Files;
using Sync.Engine.Watching;

namespace Sync.Engine.Tests.Scanning;

/// <summary>Tells of nothing: the test does.</summary>
internal sealed class SilentWatcher : IWatcher
{
    public bool IsPolling => false;

    public FsError Watch(string path, object tag) => FsError.None;

    public void CatchUp()
    {
    }

    public void Unwatch(object tag)
    {
    }

    public void Dispose()
    {
    }
}
