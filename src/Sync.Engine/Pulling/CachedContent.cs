using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>A content of the cache, open for reading.</summary>
/// <param name="File">The file.</param>
/// <param name="Stamp">What it looked like when it was opened.</param>
/// <param name="IsVerified">It still looks as it did when its bytes were hashed in this running of the machine; else they are not believed before they are hashed.</param>
internal sealed record CachedContent(FileDescriptor File, FileStamp Stamp, bool IsVerified) : IDisposable
{
    /// <summary>Whether it looks as when it was opened.</summary>
    public bool IsSame() => OpenFile.Stat(File, out var stat) == FsError.None && stat.Stamp == Stamp;

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
