using Sync.Engine.Files;
using Sync.Engine.Placing;
using Sync.Engine.Tests.Files;
using Sync.Engine.Tests.Scanning;
using Sync.Engine.Versions;
using Xunit;

namespace Sync.Engine.Tests.Placing;

/// <summary>A placer on a real directory, in whose calls a test can do something.</summary>
internal sealed class PlacerBench : IDisposable
{
    private readonly VersionStore _versions;

    /// <param name="hasCrlf">Whether a path's text is to have CRLF.</param>
    public PlacerBench(Func<string, bool>? hasCrlf = null)
    {
        Assert.Equal(FsError.None, Root.Fs.MakeDirectory(PrivateDirectory.Staging, 0x1C0));
        Assert.Equal(FsError.None, VersionStore.Open(Root.Fs, TimeProvider.System, new VersionLimits(30, 10), null, out var versions));
        _versions = versions!;
        var (files, hooks) = HookedFiles.Over(Root.Fs);
        Hooks = hooks;
        Placer = new Placer(files, _versions, null, hasCrlf);
    }

    public FileSystemUnderTest Root { get; } = new("linux");

    public HookedFiles Hooks { get; }

    public Placer Placer { get; }

    public void Dispose()
    {
        _versions.Dispose();
        Root.Dispose();
    }
}
