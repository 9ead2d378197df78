using Sync.Engine.Files;

namespace Sync.Engine.Replicas;

/// <summary>What an earlier life left in the directory's own part of it. Read before the replica is made: what cannot be read at this moment is neither missing nor empty, and its start waits for it.</summary>
/// <param name="Mark">The directory's side of the mark; null where there is none.</param>
/// <param name="Staged">What is in staging.</param>
/// <param name="Displaced">Displaced files that somebody may still write to.</param>
internal sealed record PrivateRemains(ReplicaMark? Mark, IReadOnlyList<DirectoryItem> Staged, IReadOnlyList<DirectoryItem> Displaced)
{
    /// <summary>There are none.</summary>
    public static PrivateRemains None { get; } = new(null, [], []);

    /// <summary>Reads them. A path that cannot be read is told with its error; what comes of it is what could be read.</summary>
    public static FsError Read(IFileSystem files, out PrivateRemains remains, out string unreadable)
    {
        unreadable = MarkFile.Path;
        var error = new MarkFile(files).Read(out var mark);
        var (staged, displaced) = (new List<DirectoryItem>(), new List<DirectoryItem>());
        foreach (var (path, items) in new[] { (PrivateDirectory.Staging, staged), (PrivateDirectory.Displaced, displaced) })
        {
            if (files.List(path, items) is not (FsError.None or FsError.NotFound) and var listing && error == FsError.None)
                (error, unreadable) = (listing, path);
        }

        remains = new PrivateRemains(mark, staged, displaced);
        return error;
    }
}
