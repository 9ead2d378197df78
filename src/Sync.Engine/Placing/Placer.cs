using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Versions;

namespace Sync.Engine.Placing;

/// <summary>
/// Puts things in place, and nothing else: staged first, written back, then renamed without replacing or exchanged, looked at, and put back if
/// what came out is not what the plan saw. Runs on one worker, in order, so that changes become visible in the order they were decided.
/// </summary>
internal sealed class Placer
{
    /// <summary>From this many files on one `syncfs` is cheaper than writing each back.</summary>
    private const int GroupSync = 64;

    private readonly IFileSystem _files;
    private readonly VersionStore _versions;
    private readonly ContentStager _stager;
    private readonly Replacement _replacement;

    /// <param name="files">The share's.</param>
    /// <param name="versions">Take what is displaced or deleted.</param>
    /// <param name="defaultOwner">uid and gid that placed files get where ownership is not synced: those of the share's root. Null: whoever runs this.</param>
    /// <param name="hasCrlf">Whether a path's text is to have CRLF; null: none has.</param>
    public Placer(IFileSystem files, VersionStore versions, ulong? defaultOwner, Func<string, bool>? hasCrlf = null)
    {
        _files = files;
        _versions = versions;
        _stager = new ContentStager(files, defaultOwner, hasCrlf);
        Leftovers = new Leftovers(files, versions);
        _replacement = new Replacement(files, versions, _stager, Leftovers);
    }

    /// <summary>What is to be tried again.</summary>
    public Leftovers Leftovers { get; }

    /// <summary>Carries out a batch: first all contents are staged and written back, then each step is taken in order.</summary>
    public void Run(IReadOnlyList<Placement> batch)
    {
        var staged = 0;
        foreach (var placement in batch)
            if (placement.Outcome == PlacementOutcome.Pending && TakesContent(placement) && Stage(placement)) staged++;
        if (staged >= GroupSync) _files.SyncAll();
        foreach (var placement in batch)
        {
            if (placement.Outcome != PlacementOutcome.Pending) continue;
            Take(placement);
            if (placement is { Outcome: PlacementOutcome.Failed, Error: FsError.Denied, Closed.Count: > 0 }) TakeOpened(placement);
        }

        foreach (var placement in batch)
        {
            if (placement.Outcome == PlacementOutcome.Done) continue;
            if (placement.Outcome == PlacementOutcome.Raced && _files.Traits.FoldsNames && _files.Stat(placement.Target, out var occupant) == FsError.None)
                placement.OccupantKey = occupant.Stamp.FileKey;
            _stager.GiveBack(placement);
            if (placement.Staged is { } left) Leftovers.Remove(left);
        }

        bool Stage(Placement placement)
        {
            var error = _stager.Stage(placement, batch.Count < GroupSync);
            if (error == FsError.None) return true;
            if (placement.Outcome == PlacementOutcome.Pending) PlacementResult.Fail(placement, error);
            return false;
        }
    }

    private static bool TakesContent(Placement p) => p.Entry.Kind == EntryKind.File && p.Step.Kind is StepKind.Create or StepKind.Update;

    /// <summary>Once more, with the directories open to their owner. Looks at them do not count meanwhile: their nodes are being worked on.</summary>
    private void TakeOpened(Placement p)
    {
        var opened = new List<(string Path, FileStat Was)>();
        foreach (var path in p.Closed)
        {
            if (_files.Stat(path, out var stat) == FsError.None && stat.Kind == EntryKind.Directory && _files.SetMode(path, stat.Mode | 0x1C0) == FsError.None)
                opened.Add((path, stat));
        }

        p.Outcome = PlacementOutcome.Pending;
        p.Error = FsError.None;
        Take(p);
        // RACE: a stop in between leaves them open, which the next start takes for an edit of their modes; so does a chmod in this instant.
        foreach (var (path, was) in opened)
        {
            var now = path;
            if (p.Outcome == PlacementOutcome.Done && p.Source != p.Target)
                now = path == p.Source ? p.Target : path == p.Target && p.Step.Kind == StepKind.Exchange ? p.Source : path;
            if (_files.Stat(now, out var stat) == FsError.None && stat.Stamp.FileKey == was.Stamp.FileKey) _files.SetMode(now, was.Mode);
        }
    }

    private void Take(Placement p)
    {
        switch (p.Step.Kind)
        {
            case StepKind.Create: Create(p); break;
            case StepKind.Update: Update(p); break;
            case StepKind.Move or StepKind.StepAside: Move(p); break;
            case StepKind.Exchange: Exchange(p); break;
            case StepKind.SetMeta: SetMeta(p); break;
            case StepKind.Remove: Remove(p); break;
            default: throw new InvalidOperationException($"{p.Step.Kind} is no placement.");
        }
    }

    private void Create(Placement p)
    {
        if (p is { Entry.Kind: EntryKind.Directory, Step.Other: null })
        {
            // RACE: looked at by its path afterwards it could be another's, where users swap directories above it: what is in that would be taken for its own.
            var error = _stager.MakeDirectory(p, p.Target, out var made);
            if (error == FsError.None) PlacementResult.Done(p, made.Stamp, FsError.None, made);
            else if (error == FsError.Exists) p.Outcome = PlacementOutcome.Raced;
            else PlacementResult.Fail(p, error);
            return;
        }

        // What displaces something must be complete before it stands there; and of a link nobody else has the name yet.
        if (p.Entry.Kind != EntryKind.File && p.Staged is null)
        {
            var error = _stager.Stage(p);
            if (error != FsError.None)
            {
                PlacementResult.Fail(p, error);
                return;
            }
        }

        if (p.Step.Other is not null)
        {
            _replacement.Replace(p, p.OtherKind, p.OtherExpected);
            return;
        }

        var placed = _files.Rename(p.Staged!, p.Target, RenameMode.NoReplace, out var now, out var looked, out var directory);
        if (placed == FsError.None)
        {
            p.DirectoryKey = directory;
            PlacementResult.Done(p, p.StagedStamp, looked, now);
            return;
        }

        if (placed == FsError.Unsupported) placed = RenameWithoutNoReplace(p.Staged!, p.Target);
        if (placed == FsError.None) PlacementResult.Done(_files, p, p.StagedStamp);
        else if (placed == FsError.Exists) p.Outcome = PlacementOutcome.Raced;
        else PlacementResult.Fail(p, placed);
    }

    private void Update(Placement p)
    {
        if (p.Entry.Kind == EntryKind.Symlink)
        {
            var error = _stager.Stage(p);
            if (error != FsError.None)
            {
                PlacementResult.Fail(p, error);
                return;
            }
        }

        _replacement.Replace(p, p.Entry.Kind, p.Expected);
    }

    /// <summary>Whether what stands at the target is what is moved, under another spelling: by its key, or, where each spelling has one of its own (FUSE), by the names that the directory has.</summary>
    private bool IsItself(string source, string target, FileStat moved)
    {
        if (_files.Stat(target, out var standing) == FsError.None && standing.Stamp.FileKey == moved.Stamp.FileKey) return true;
        var (directory, from) = SharePath.Split(source);
        var (its, to) = SharePath.Split(target);
        if (directory != its || standing.Kind != moved.Kind || standing.Stamp.Size != moved.Stamp.Size || standing.Stamp.MtimeNs != moved.Stamp.MtimeNs) return false;
        if (!from.Normalize().Equals(to.Normalize(), StringComparison.OrdinalIgnoreCase)) return false;
        var items = new List<DirectoryItem>();
        return _files.List(directory, items) == FsError.None && items.Exists(i => i.Name == from) && !items.Exists(i => i.Name == to);
    }

    private FsError RenameWithoutNoReplace(string from, string to) =>
        _files.Stat(to, out _) == FsError.NotFound ? _files.Rename(from, to, RenameMode.Replace) : FsError.Exists;

    private void Move(Placement p)
    {
        if (_files.Stat(p.Source, out var before) != FsError.None || before.Stamp.FileKey != p.Expected.FileKey)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        var displaces = p.Step.Kind == StepKind.Move && p.Step.Other is not null;
        FileStat standing = default;
        if (displaces && (_files.Stat(p.Target, out standing) != FsError.None || !PlacementResult.IsExpected(p.OtherKind, p.OtherExpected, standing, exact: true)))
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        var error = _files.Rename(p.Source, p.Target, displaces ? RenameMode.Exchange : RenameMode.NoReplace, out _, out _, out var directory);
        if (error == FsError.None) p.DirectoryKey = directory;
        if (error == FsError.Unsupported && !displaces) error = RenameWithoutNoReplace(p.Source, p.Target);
        // Only the spelling changes: what is in its way is itself.
        if (error == FsError.Exists && !displaces && _files.Traits.FoldsNames && IsItself(p.Source, p.Target, before))
            error = _files.Rename(p.Source, p.Target, RenameMode.Replace);
        if (error is FsError.Exists or FsError.NotFound)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        if (error != FsError.None)
        {
            PlacementResult.Fail(p, error);
            return;
        }

        if (displaces && _files.Stat(p.Source, out var displaced) == FsError.None)
        {
            if (!PlacementResult.IsExpected(p.OtherKind, p.OtherExpected, displaced, exact: false))
            {
                _files.Rename(p.Source, p.Target, RenameMode.Exchange);
                p.Outcome = PlacementOutcome.Raced;
                return;
            }

            if (p.OtherKind == EntryKind.Directory) _files.RemoveDirectory(p.Source);
            else _replacement.Keep(p, p.Source, p.Target, standing, displaced);
        }

        PlacementResult.Renamed(_files, p);
    }

    private void Exchange(Placement p)
    {
        if (_files.Stat(p.Source, out var a) != FsError.None || a.Stamp.FileKey != p.Expected.FileKey
            || _files.Stat(p.Target, out var b) != FsError.None || b.Stamp.FileKey != p.OtherExpected.FileKey)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        var error = _files.Rename(p.Source, p.Target, RenameMode.Exchange);
        if (error == FsError.None) PlacementResult.Renamed(_files, p);
        else if (error == FsError.NotFound) p.Outcome = PlacementOutcome.Raced;
        else PlacementResult.Fail(p, error);
    }

    private void SetMeta(Placement p)
    {
        var isMode = p.Step.Facets.HasFlag(Facets.Mode);
        if (!IsAsPlanned())
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        var error = p.Entry.Kind == EntryKind.Symlink || !isMode ? FsError.None : _files.SetMode(p.Target, p.Entry.Mode);
        if (error == FsError.None && isMode && p.Entry.Owner is { } owner) error = _files.SetOwner(p.Target, owner);
        if (error != FsError.None) PlacementResult.Fail(p, error);
        else if (p.Entry.Kind == EntryKind.File && p.Step.Facets.HasFlag(Facets.Content)) SetMtime(p);
        else if (p.Entry.Kind == EntryKind.Symlink && p.Step.Facets.HasFlag(Facets.Content)) SetLinkMtime(p);
        else
        {
            PlacementResult.Done(_files, p, null);
            // RACE: what came to the name in between has got a mode that was another's, which is seen as an edit of it. It must not be taken for the other: its bytes would count as known, and what is in a
            // directory as that one's.
            if (p.Outcome == PlacementOutcome.Done && !IsKnown(p.Result)) p.Outcome = PlacementOutcome.Raced;
        }

        bool IsAsPlanned() => _files.Stat(p.Target, out var standing) == FsError.None && IsKnown(standing);

        bool IsKnown(FileStat standing) => p.Expected.FileKey == 0 ? standing.Kind == p.Entry.Kind : PlacementResult.IsExpected(p.Entry.Kind, p.Expected, standing, exact: false);
    }

    /// <summary>Sets a link's own mtime, if it still is the link that the plan saw: nothing can be written to it.</summary>
    private void SetLinkMtime(Placement p)
    {
        p.Outcome = PlacementOutcome.Raced;
        if (_files.Stat(p.Target, out var standing) != FsError.None || !PlacementResult.IsExpected(EntryKind.Symlink, p.Expected, standing, exact: true)) return;
        var error = _files.SetMtime(p.Target, p.Entry.MtimeNs);
        if (error != FsError.None) PlacementResult.Fail(p, error);
        else PlacementResult.Done(_files, p, null);
    }

    /// <summary>Sets the mtime of what has the bytes already. An edit that falls between the look and the setting would hide behind the mtime:
    /// so the file is read once more after it, and what was read is what counts as known.</summary>
    private void SetMtime(Placement p)
    {
        p.Outcome = PlacementOutcome.Raced;
        if (_files.Stat(p.Target, out var standing) != FsError.None || standing.Kind != EntryKind.File || !standing.Stamp.SameButCtime(p.Expected)) return;
        var error = _files.SetMtime(p.Target, p.Entry.MtimeNs);
        if (error != FsError.None) PlacementResult.Fail(p, error);
        else if (FileReading.Of(_files, p.Target, CancellationToken.None, lines: p.Expected.Size != p.Entry.Size ? LineChoice.Lf : default) is { Error: FsError.None, Changed: false, Manifest: { } manifest } reading && manifest.Id == p.Entry.Content)
            PlacementResult.Done(_files, p, reading.Stat.Stamp);
    }

    private void Remove(Placement p)
    {
        if (p.Entry.Kind == EntryKind.Directory)
        {
            // Another of its name, made in this instant, is its user's.
            if (p.Expected.FileKey != 0 && _files.Stat(p.Target, out var other) == FsError.None && other.Stamp.FileKey != p.Expected.FileKey)
            {
                p.Outcome = PlacementOutcome.Raced;
                return;
            }

            var error = _files.RemoveDirectory(p.Target);
            if (error == FsError.None) p.Outcome = PlacementOutcome.Done;
            else if (error == FsError.NotFound) Miss(p);
            else if (error == FsError.NotEmpty) p.Outcome = PlacementOutcome.NotEmpty;
            else if (error is FsError.NotDirectory or FsError.Escapes) p.Outcome = PlacementOutcome.Raced;
            else PlacementResult.Fail(p, error);
            return;
        }

        var found = _files.Stat(p.Target, out var standing);
        if (found == FsError.NotFound)
        {
            Miss(p);
            return;
        }

        if (found != FsError.None || !PlacementResult.IsExpected(p.Entry.Kind, p.Expected, standing, exact: true))
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        if (!_versions.CanKeep(standing.Stamp.Size))
        {
            p.Outcome = PlacementOutcome.VersionsFull;
            return;
        }

        var staged = _stager.NewPath();
        var moved = _files.Rename(p.Target, staged, RenameMode.NoReplace);
        if (moved != FsError.None)
        {
            if (moved == FsError.NotFound) Miss(p);
            else PlacementResult.Fail(p, moved);
            return;
        }

        if (_files.Stat(staged, out var displaced) == FsError.None && !PlacementResult.IsExpected(p.Entry.Kind, p.Expected, displaced, exact: false))
        {
            // RACE: written to in that instant: back to its name, unless that is taken again; then it is a version.
            if (_files.Rename(staged, p.Target, RenameMode.NoReplace) != FsError.None) Leftovers.Keep(staged, p.Target, displaced, "conflict");
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        _replacement.Keep(p, staged, p.Target, standing, displaced);
        p.Outcome = PlacementOutcome.Done;
    }

    /// <summary>What is to be removed is not there. It has gone where its own directory is looked into; whether that one is known only who knows the tree.</summary>
    private void Miss(Placement p)
    {
        // RACE: its directory has another place, and it with that, or has gone as well.
        var isGone = _files.Stat(p.Target, out _, out var directory) == FsError.NotFound && directory != 0;
        p.DirectoryKey = directory;
        p.Outcome = isGone ? PlacementOutcome.Done : PlacementOutcome.Raced;
    }
}
