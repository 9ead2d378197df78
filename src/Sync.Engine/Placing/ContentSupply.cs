namespace Sync.Engine.Placing;

/// <summary>Where a placement takes its bytes from: bytes at hand, a verified staged file (taken over), or a file of the share (copied and verified).</summary>
internal readonly record struct ContentSupply(byte[]? Bytes, string? StagedPath, string? LocalPath)
{
    public static ContentSupply Of(byte[] bytes) => new(bytes, null, null);

    public static ContentSupply Staged(string path) => new(null, path, null);

    public static ContentSupply Local(string path) => new(null, null, path);
}
