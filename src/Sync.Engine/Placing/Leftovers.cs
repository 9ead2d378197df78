using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Versions;

namespace Sync.Engine.Placing;

/// <summary>
/// What stays in staging because the disk failed or was full when it should have gone to the version store, or away. It is tried again now and then,
/// under the name and for the reason that it had; after a restart the sweep of staging takes it. On the worker that places.
/// </summary>
internal sealed class Leftovers(IFileSystem files, VersionStore versions)
{
    private readonly List<(string Path, string Original, FileStat Stat, string Reason, ContentId Content)> _unkept = [];
    private readonly List<string> _unremoved = [];

    /// <summary>Moves somebody's bytes to the version store, now or later.</summary>
    public void Keep(string path, string original, FileStat stat, string reason, ContentId content = default)
    {
        if (versions.Keep(path, original, stat, reason, out _, content) is not (FsError.None or FsError.NotFound)) _unkept.Add((path, original, stat, reason, content));
    }

    /// <summary>Removes what was made here, now or later.</summary>
    public void Remove(string path)
    {
        var error = files.Stat(path, out var stat);
        if (error == FsError.None) error = stat.Kind == EntryKind.Directory ? files.RemoveDirectory(path) : files.RemoveFile(path);
        if (error is not (FsError.None or FsError.NotFound)) _unremoved.Add(path);
    }

    /// <summary>Once more, for what is left.</summary>
    public void TryAgain()
    {
        if (_unkept.Count > 0)
        {
            var unkept = _unkept.ToArray();
            _unkept.Clear();
            foreach (var (path, original, stat, reason, content) in unkept) Keep(path, original, stat, reason, content);
        }

        if (_unremoved.Count == 0) return;
        var unremoved = _unremoved.ToArray();
        _unremoved.Clear();
        foreach (var path in unremoved) Remove(path);
    }
}
