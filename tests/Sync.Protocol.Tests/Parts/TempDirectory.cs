namespace Sync.Protocol.Tests.Parts;

internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sync-protocol-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
