using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Sync.Engine.Versions;

namespace Sync.Engine.Replicas;

/// <content>Conflict copies and former versions, for commands.</content>
internal sealed partial class Replica
{
    public Task<IReadOnlyList<Conflict>> ConflictsAsync(CancellationToken cancel) =>
        Loop.CallAsync<IReadOnlyList<Conflict>>(() => [.. ConflictList().Select(c => c.Conflict)], cancel);

    private IEnumerable<(Node Node, Conflict Conflict)> ConflictList()
    {
        foreach (var node in _conflictNodes.Select(n => n.Current).Distinct().Where(n => n.IsLocal).OrderBy(n => Trees.LocalPath(n), StringComparer.Ordinal))
        {
            if (ConflictName.Parse(node.Local!.Name) is not { } parsed) continue;
            var path = Trees.LocalPath(node);
            var slash = path.LastIndexOf('/') + 1;
            yield return (node, new Conflict(path[..slash] + ConflictName.OriginalOf(node.Local.Name), path, parsed.Replica, parsed.At, node.Local.Size));
        }
    }

    public async Task<int> ResolveAsync(string keep, string? path, CancellationToken cancel)
    {
        var found = await Loop.CallAsync(() => ConflictList().Where(c => path is null || c.Conflict.Path == path || c.Conflict.CopyPath == path).Select(c => c.Conflict).ToArray(), cancel).ConfigureAwait(false);
        var resolved = 0;
        // A guest's name decides only where there is a copy of that guest: a conflict of others is left, not decided for the host.
        if (keep is not ("host" or "both")) found = [.. found.Where(c => found.Any(of => of.Replica == keep && of.Path == c.Path))];
        foreach (var conflict in found)
        {
            var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _context.Apply.Run(() => done.TrySetResult(Resolve(conflict, keep)));
            if (await done.Task.WaitAsync(cancel).ConfigureAwait(false)) resolved++;
        }

        // What was done on disk is known in the trees when this returns.
        await OnLoop(done =>
        {
            foreach (var conflict in found) _observer.LookAt(conflict.CopyPath);
            foreach (var conflict in found) _observer.LookAt(conflict.Path);
            _observer.WhenDrained(done);
        }).WaitAsync(cancel).ConfigureAwait(false);

        return resolved;
    }

    /// <summary>On the apply worker. Whatever loses its name goes to the version store.</summary>
    private bool Resolve(Conflict conflict, string keep)
    {
        var files = _context.Files;
        if (files.Stat(conflict.CopyPath, out var copy) != FsError.None) return false;
        if (keep == "both")
        {
            var dot = conflict.Path.LastIndexOf('.');
            var slash = conflict.Path.LastIndexOf('/');
            var (stem, extension) = dot > slash + 1 ? (conflict.Path[..dot], conflict.Path[dot..]) : (conflict.Path, "");
            for (var n = 1; n < 1000; n++)
            {
                var name = $"{stem} ({conflict.Replica}{(n == 1 ? "" : " " + n.ToString(System.Globalization.CultureInfo.InvariantCulture))}){extension}";
                var renamed = files.Rename(conflict.CopyPath, name, RenameMode.NoReplace);
                if (renamed != FsError.Exists) return renamed == FsError.None;
            }

            return false;
        }

        if (keep == conflict.Replica)
        {
            var error = files.Rename(conflict.CopyPath, conflict.Path, RenameMode.Exchange);
            if (error == FsError.NotFound) return files.Rename(conflict.CopyPath, conflict.Path, RenameMode.NoReplace) == FsError.None;
            if (error != FsError.None || files.Stat(conflict.CopyPath, out copy) != FsError.None) return false;
        }

        return _versions.Keep(conflict.CopyPath, conflict.Path, copy, "conflict", out _) == FsError.None;
    }

    public Task<IReadOnlyList<StoredVersion>> VersionsAsync(string? path, CancellationToken cancel) => Task.Run(() => _versions.List(path), cancel);

    public async Task<string> RestoreAsync(string versionId, string? targetPath, CancellationToken cancel)
    {
        var version = FindVersion(versionId);
        var target = targetPath ?? version.Path;
        CheckTarget(target);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _context.Apply.Run(() =>
        {
            try
            {
                Restore(version, target);
                done.TrySetResult();
            }
            catch (IOException e)
            {
                done.TrySetException(e);
            }
        });
        await done.Task.WaitAsync(cancel).ConfigureAwait(false);
        return target;
    }

    /// <inheritdoc/>
    public Task<IReadableFile> OpenFileAsync(string path, CancellationToken cancel)
    {
        CheckTarget(path);
        return OpenAsync((out IReadableFile? file) => _context.Files.OpenRead(path, out file), $"'{path}'", cancel);
    }

    /// <inheritdoc/>
    public Task<IReadableFile> OpenVersionAsync(string versionId, CancellationToken cancel)
    {
        var version = FindVersion(versionId);
        return version.Kind is EntryKind.File
            ? OpenAsync((out IReadableFile? file) => _versions.OpenRead(versionId, out file), $"version '{versionId}'", cancel)
            : throw new IOException($"Version '{versionId}' is no file.");
    }

    private delegate FsError Opening(out IReadableFile? file);

    private static Task<IReadableFile> OpenAsync(Opening open, string what, CancellationToken cancel) => Task.Run(
        () => open(out var file) is var error && error == FsError.None && file is not null ? file : throw new IOException($"{what} cannot be read: {error}."), cancel);

    private StoredVersion FindVersion(string versionId) =>
        _versions.Find(versionId) ?? throw new IOException($"There is no version '{versionId}'. 'versions list' shows what there is.");

    private static void CheckTarget(string target)
    {
        if (target.Length == 0 || target.StartsWith('/') || target.Split('/').Any(s => s is "" or "." or "..") || target.Split('/')[0] == ".sync")
            throw new IOException($"'{target}' is not a path within the share.");
    }

    /// <summary>On the apply worker: a copy, so that the version stays.</summary>
    private void Restore(StoredVersion version, string target)
    {
        var files = _context.Files;
        var parent = "";
        foreach (var name in target.Split('/').SkipLast(1))
        {
            parent = parent.Length == 0 ? name : parent + "/" + name;
            files.MakeDirectory(parent, 0x1ED);
        }

        var staged = $"{PrivateDirectory.Staging}/r-{_options.Machine.NextName()}";
        FsError error;
        if (version.Kind == EntryKind.Symlink)
        {
            error = files.ReadLink(VersionStore.PathOf(version.Id), out var link);
            if (error == FsError.None) error = files.MakeSymlink(staged, link!);
        }
        else if (version.Kind == EntryKind.Directory) error = files.Rename(VersionStore.PathOf(version.Id), staged, RenameMode.NoReplace);
        else error = CopyVersion(version, staged);
        if (error == FsError.None)
        {
            error = files.Rename(staged, target, RenameMode.NoReplace);
            if (error == FsError.Exists)
            {
                error = files.Rename(staged, target, RenameMode.Exchange);
                if (error == FsError.None && files.Stat(staged, out var displaced) == FsError.None)
                    error = _versions.Keep(staged, target, displaced, "replaced", out _);
            }
        }

        if (error != FsError.None) throw new IOException($"Version '{version.Id}' could not be restored to '{target}': {error.InWords()}. Name another path with --to.");
    }

    private FsError CopyVersion(StoredVersion version, string staged)
    {
        var error = _versions.OpenRead(version.Id, out var source);
        if (error != FsError.None) return error;
        using (source)
        {
            error = source!.Stat(out var stat);
            if (error != FsError.None) return error;
            error = _context.Files.Create(staged, out var file);
            if (error != FsError.None) return error;
            using (file)
            {
                error = file!.CopyFrom(source, 0, 0, stat.Stamp.Size);
                if (error == FsError.None) error = file.SetMeta(stat.Mode, null, stat.Stamp.MtimeNs);
                return error == FsError.None ? file.WriteBack() : error;
            }
        }
    }
}
