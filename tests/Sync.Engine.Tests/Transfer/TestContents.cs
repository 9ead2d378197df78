using Sync.Delta;

namespace Sync.Engine.Tests.Transfer;

/// <summary>Contents to move.</summary>
internal static class TestContents
{
    public static byte[] Random(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Manifest ManifestOf(ReadOnlySpan<byte> content)
    {
        using var hasher = new ContentHasher(content.Length);
        hasher.Append(content);
        return hasher.Finish();
    }
}
