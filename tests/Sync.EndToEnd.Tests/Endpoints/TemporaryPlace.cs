using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Endpoints;

/// <summary>A temporary directory with a host that listens as it is told, and guests.</summary>
internal sealed class TemporaryPlace : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sync-e2e-").FullName;

    public string Of(string name) => Path.Combine(_directory, name);

    public TestHost Host(string[] listen)
    {
        string root = Directory.CreateDirectory(Of("host")).FullName;
        return new TestHost(Of("host.data"), 0, Pair.Share + "=" + root) { Tree = new TestTree(root), Listen = listen };
    }

    public TestGuest Guest(string name = "guest") => new(Of(name + ".data"), new TestTree(Directory.CreateDirectory(Of(name)).FullName));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
