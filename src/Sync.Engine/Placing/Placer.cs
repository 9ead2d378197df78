using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Versions;

namespace Sync.Engine.Placing;

/// <summary>
/// Puts things in place, and nothing else: staged first, written back, then renamed without replacing or exchanged, looked at, and put back if
/// what came out is not what the plan saw. Runs on one worker, in order, so that changes become visible in the order they were decided.
/// </summary>
internal sealed class Placer(IFileSystem files, VersionStore versions)
{
    public const string StagingPath = ".sync/staging";

    private const string DisplacedPath = ".sync/displaced";

    /// <summary>From this many files on one `syncfs` is cheaper than writing each back.</summary>
    private const int GroupSync = 64;

    private long _next;

    /// <summary>uid and gid that placed files get where ownership is not synced: those of the share's root. Null: whoever runs this.</summary>
    public ulong? DefaultOwner { get; init; }

    /// <summary>Carries out a batch: first all contents are staged and written back, then each step is taken in order.</summary>
    public void Run(IReadOnlyList<Placement> batch)
    {
        var staged = 0;
        foreach (var placement in batch)
            if (placement.Outcome == PlacementOutcome.Pending && TakesContent(placement) && Stage(placement)) staged++;
        if (staged >= GroupSync) files.SyncAll();
        foreach (var placement in batch)
        {
            if (placement.Outcome != PlacementOutcome.Pending) continue;
            Take(placement);
            if (placement is { Outcome: PlacementOutcome.Failed, Error: FsError.Denied, Closed.Count: > 0 }) TakeOpened(placement);
            if (placement.Staged is { } left && placement.Outcome != PlacementOutcome.Done) files.RemoveFile(left);
        }

        bool Stage(Placement placement)
        {
            var error = StageContent(placement, batch.Count < GroupSync);
            if (error == FsError.None) return true;
            if (placement.Outcome == PlacementOutcome.Pending) Fail(placement, error);
            return false;
        }
    }

    private static bool TakesContent(Placement p) => p.Entry.Kind == EntryKind.File && p.Step.Kind is StepKind.Create or StepKind.Update;

    private FsError StageContent(Placement p, bool writeBack)
    {
        var path = p.Supply.StagedPath ?? $"{StagingPath}/a-{(++_next).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        var error = p.Supply.StagedPath is null ? files.Create(path, out var file) : files.OpenWrite(path, out file);
        if (error == FsError.NotFound && p.Supply.StagedPath is not null)
        {
            p.Outcome = PlacementOutcome.NoContent;
            return error;
        }

        if (error != FsError.None) return error;
        p.Staged = path;
        using (file)
        {
            if (p.Supply.Bytes is { } bytes) error = bytes.Length == 0 ? FsError.None : file!.Write(0, bytes);
            else if (p.Supply.LocalPath is { } local && !Copy(local, file!, p)) error = FsError.NotFound;
            if (error == FsError.None) error = file!.SetMeta(p.Entry.Mode, p.Entry.Owner ?? DefaultOwner, p.Entry.MtimeNs);
            if (error == FsError.None && writeBack) error = file!.WriteBack();
            else if (error == FsError.None) file!.BeginWriteBack();
            if (error == FsError.None)
            {
                error = file!.Stat(out var stat);
                p.StagedStamp = stat.Stamp;
            }
        }

        if (error == FsError.None) return error;
        files.RemoveFile(path);
        p.Staged = null;
        return error;
    }

    /// <summary>Copies a file of the share and checks that the copy is the wanted content.</summary>
    private bool Copy(string from, IWritableFile to, Placement p)
    {
        if (files.OpenRead(from, out var source) != FsError.None)
        {
            p.Outcome = PlacementOutcome.NoContent;
            return false;
        }

        using (source)
        {
            // By reflink where there are such; sparse stays sparse. Then read back: the copy counts, not the source.
            var same = source!.Stat(out var stat) == FsError.None && stat.Stamp.Size == p.Entry.Size
                && to.CopyFrom(source, 0, 0, stat.Stamp.Size) == FsError.None;
            if (same)
            {
                using var hasher = new ContentHasher(p.Entry.Size);
                var buffer = new byte[Math.Clamp(p.Entry.Size, 1, 1 << 20)];
                for (long at = 0; same && at < p.Entry.Size;)
                {
                    same = to.Read(at, buffer, out var read) == FsError.None && read > 0;
                    read = (int)Math.Min(read, p.Entry.Size - at);
                    if (same) hasher.Append(buffer.AsSpan(0, read));
                    at += read;
                }

                same = same && hasher.Finish().Id == p.Entry.Content;
            }

            if (!same) p.Outcome = PlacementOutcome.NoContent;
            return same;
        }
    }

    /// <summary>Once more, with the directories open to their owner. Looks at them do not count meanwhile: their nodes are being worked on.</summary>
    private void TakeOpened(Placement p)
    {
        var opened = new List<(string Path, FileStat Was)>();
        foreach (var path in p.Closed)
        {
            if (files.Stat(path, out var stat) == FsError.None && stat.Kind == EntryKind.Directory && files.SetMode(path, stat.Mode | 0x1C0) == FsError.None)
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
            if (files.Stat(now, out var stat) == FsError.None && stat.Stamp.FileKey == was.Stamp.FileKey) files.SetMode(now, was.Mode);
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
        if (p.Entry.Kind != EntryKind.File)
        {
            // What displaces something must be complete before it stands there.
            var path = p.Step.Other is null ? p.Target : $"{StagingPath}/a-{(++_next).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            var error = Make(p, path);
            if (error is FsError.Exists)
            {
                p.Outcome = PlacementOutcome.Raced;
                return;
            }

            if (error != FsError.None)
            {
                Fail(p, error);
                return;
            }

            if (p.Step.Other is null)
            {
                Done(p, null);
                return;
            }

            p.Staged = path;
            files.Stat(path, out var made);
            p.StagedStamp = made.Stamp;
        }

        if (p.Step.Other is not null)
        {
            Replace(p, p.OtherKind, p.OtherExpected);
            return;
        }

        var placed = files.Rename(p.Staged!, p.Target, RenameMode.NoReplace);
        if (placed == FsError.Unsupported) placed = RenameWithoutNoReplace(p.Staged!, p.Target);
        if (placed == FsError.None) Done(p, p.StagedStamp);
        else if (placed == FsError.Exists) p.Outcome = PlacementOutcome.Raced;
        else Fail(p, placed);
    }

    private FsError Make(Placement p, string path)
    {
        if (p.Entry.Kind == EntryKind.Directory)
        {
            // Its owner must be able to fill it; a stricter mode follows when it is filled.
            var error = files.MakeDirectory(path, p.Entry.Mode | 0x1C0);
            if (error == FsError.None && (p.Entry.Owner ?? DefaultOwner) is { } owner) files.SetOwner(path, owner);
            return error;
        }

        var made = files.MakeSymlink(path, p.Entry.LinkTarget!);
        if (made != FsError.None) return made;
        if ((p.Entry.Owner ?? DefaultOwner) is { } linkOwner) files.SetOwner(path, linkOwner);
        return files.SetMtime(path, p.Entry.MtimeNs);
    }

    private void Update(Placement p)
    {
        if (p.Entry.Kind == EntryKind.Symlink)
        {
            var path = $"{StagingPath}/a-{(++_next).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            var made = Make(p, path);
            if (made != FsError.None)
            {
                Fail(p, made);
                return;
            }

            p.Staged = path;
            files.Stat(path, out var stat);
            p.StagedStamp = stat.Stamp;
        }

        Replace(p, p.Entry.Kind, p.Expected);
    }

    /// <summary>Exchanges the staged thing with what stands at the target, and looks at what came out.</summary>
    private void Replace(Placement p, EntryKind kind, FileStamp expected)
    {
        var found = files.Stat(p.Target, out var standing);
        if (found != FsError.None || !IsExpected(kind, expected, standing, exact: true))
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        if (kind != EntryKind.Directory && !versions.CanKeep(standing.Stamp.Size))
        {
            p.Outcome = PlacementOutcome.VersionsFull;
            return;
        }

        if (!files.Traits.CanExchange)
        {
            ReplaceWithoutExchange(p, standing);
            return;
        }

        var error = files.Rename(p.Staged!, p.Target, RenameMode.Exchange);
        if (error == FsError.NotFound)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        if (error != FsError.None)
        {
            Fail(p, error);
            return;
        }

        // RACE: between the look and the exchange a program may have written to, or replaced, what stood there. It is in our hands now,
        // whole: if it is not what the plan saw it goes back to its name, and ours comes out.
        if (files.Stat(p.Staged!, out var displaced) != FsError.None || !IsExpected(kind, expected, displaced, exact: false))
        {
            PutBack(p);
            return;
        }

        if (kind == EntryKind.Directory)
        {
            if (files.RemoveDirectory(p.Staged!) == FsError.NotEmpty)
            {
                // Something was put into it, or it holds what is ignored: it stays, and its successor waits.
                PutBack(p);
                if (p.Outcome == PlacementOutcome.Raced) p.Outcome = PlacementOutcome.NotEmpty;
                return;
            }
        }
        else Keep(p, p.Staged!, p.Target, displaced);

        p.Staged = null;
        Done(p, p.StagedStamp);
    }

    private void PutBack(Placement p)
    {
        p.Outcome = PlacementOutcome.Raced;
        // RACE: and while it was out, ours may have been written to or replaced in turn. What comes out now must be ours;
        // anything else is somebody's work, and goes to the version store rather than away.
        if (files.Rename(p.Staged!, p.Target, RenameMode.Exchange) == FsError.NotFound)
        {
            if (files.Rename(p.Staged!, p.Target, RenameMode.NoReplace) == FsError.None) p.Staged = null;
            return;
        }

        if (files.Stat(p.Staged!, out var out2) == FsError.None && !out2.Stamp.SameButCtime(p.StagedStamp))
        {
            versions.Keep(p.Staged!, p.Target, out2, "conflict", out _);
            p.Staged = null;
        }
        else if (out2.Kind == EntryKind.Directory)
        {
            files.RemoveDirectory(p.Staged!);
            p.Staged = null;
        }
    }

    /// <summary>Where names cannot be exchanged: the old bytes are copied to the version store first, then replaced by one rename.</summary>
    private void ReplaceWithoutExchange(Placement p, FileStat standing)
    {
        if (standing.Kind == EntryKind.Directory)
        {
            var gone = files.RemoveDirectory(p.Target);
            if (gone != FsError.None)
            {
                p.Outcome = gone == FsError.NotEmpty ? PlacementOutcome.NotEmpty : PlacementOutcome.Failed;
                p.Error = gone;
                return;
            }
        }
        else if (standing.Kind == EntryKind.File)
        {
            var copy = $"{StagingPath}/a-{(++_next).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            if (files.OpenRead(p.Target, out var source) != FsError.None || files.Create(copy, out var file) != FsError.None)
            {
                source?.Dispose();
                p.Outcome = PlacementOutcome.Raced;
                return;
            }

            using (source)
            using (file)
            {
                if (file!.CopyFrom(source!, 0, 0, standing.Stamp.Size) != FsError.None || file.SetMeta(standing.Mode, null, standing.Stamp.MtimeNs) != FsError.None)
                {
                    files.RemoveFile(copy);
                    p.Outcome = PlacementOutcome.Raced;
                    return;
                }
            }

            versions.Keep(copy, p.Target, standing, p.Reason, out _);
            // RACE: a write in this instant is lost with the replaced inode; without an exchange there is no better. `status` says so.
            if (files.Stat(p.Target, out var now) != FsError.None || now.Stamp != standing.Stamp)
            {
                p.Outcome = PlacementOutcome.Raced;
                return;
            }
        }

        var error = files.Rename(p.Staged!, p.Target, RenameMode.Replace);
        if (error != FsError.None)
        {
            Fail(p, error);
            return;
        }

        p.Staged = null;
        Done(p, p.StagedStamp);
    }

    private FsError RenameWithoutNoReplace(string from, string to) =>
        files.Stat(to, out _) == FsError.NotFound ? files.Rename(from, to, RenameMode.Replace) : FsError.Exists;

    private void Move(Placement p)
    {
        if (files.Stat(p.Source, out var before) != FsError.None || before.Stamp.FileKey != p.Expected.FileKey)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        var displaces = p.Step.Kind == StepKind.Move && p.Step.Other is not null;
        if (displaces && (files.Stat(p.Target, out var standing) != FsError.None || !IsExpected(p.OtherKind, p.OtherExpected, standing, exact: true)))
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        var error = files.Rename(p.Source, p.Target, displaces ? RenameMode.Exchange : RenameMode.NoReplace);
        if (error == FsError.Unsupported && !displaces) error = RenameWithoutNoReplace(p.Source, p.Target);
        if (error is FsError.Exists or FsError.NotFound)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        if (error != FsError.None)
        {
            Fail(p, error);
            return;
        }

        if (displaces && files.Stat(p.Source, out var displaced) == FsError.None)
        {
            if (!IsExpected(p.OtherKind, p.OtherExpected, displaced, exact: false))
            {
                files.Rename(p.Source, p.Target, RenameMode.Exchange);
                p.Outcome = PlacementOutcome.Raced;
                return;
            }

            if (p.OtherKind == EntryKind.Directory) files.RemoveDirectory(p.Source);
            else Keep(p, p.Source, p.Target, displaced);
        }

        Done(p, null);
    }

    private void Exchange(Placement p)
    {
        if (files.Stat(p.Source, out var a) != FsError.None || a.Stamp.FileKey != p.Expected.FileKey
            || files.Stat(p.Target, out var b) != FsError.None || b.Stamp.FileKey != p.OtherExpected.FileKey)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        var error = files.Rename(p.Source, p.Target, RenameMode.Exchange);
        if (error == FsError.None) Done(p, null);
        else if (error == FsError.NotFound) p.Outcome = PlacementOutcome.Raced;
        else Fail(p, error);
    }

    private void SetMeta(Placement p)
    {
        var isMode = p.Step.Facets.HasFlag(Facets.Mode);
        var error = p.Entry.Kind == EntryKind.Symlink || !isMode ? FsError.None : files.SetMode(p.Target, p.Entry.Mode);
        if (error == FsError.None && isMode && p.Entry.Owner is { } owner) error = files.SetOwner(p.Target, owner);
        if (error != FsError.None) Fail(p, error);
        else if (p.Entry.Kind == EntryKind.File && p.Step.Facets.HasFlag(Facets.Content)) SetMtime(p);
        else Done(p, null);
    }

    /// <summary>Sets the mtime of what has the bytes already. An edit that falls between the look and the setting would hide behind the mtime:
    /// so the file is read once more after it, and what was read is what counts as known.</summary>
    private void SetMtime(Placement p)
    {
        p.Outcome = PlacementOutcome.Raced;
        if (files.Stat(p.Target, out var standing) != FsError.None || standing.Kind != EntryKind.File || !standing.Stamp.SameButCtime(p.Expected)) return;
        var error = files.SetMtime(p.Target, p.Entry.MtimeNs);
        if (error != FsError.None) Fail(p, error);
        else if (FileReading.Of(files, p.Target, CancellationToken.None) is { Error: FsError.None, Changed: false, Manifest: { } manifest } reading && manifest.Id == p.Entry.Content)
            Done(p, reading.Stat.Stamp);
    }

    private void Remove(Placement p)
    {
        if (p.Entry.Kind == EntryKind.Directory)
        {
            var error = files.RemoveDirectory(p.Target);
            if (error is FsError.None or FsError.NotFound) p.Outcome = PlacementOutcome.Done;
            else if (error == FsError.NotEmpty) p.Outcome = PlacementOutcome.NotEmpty;
            else if (error is FsError.NotDirectory or FsError.Escapes) p.Outcome = PlacementOutcome.Raced;
            else Fail(p, error);
            return;
        }

        var found = files.Stat(p.Target, out var standing);
        if (found == FsError.NotFound)
        {
            p.Outcome = PlacementOutcome.Done;
            return;
        }

        if (found != FsError.None || !IsExpected(p.Entry.Kind, p.Expected, standing, exact: true))
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        if (!versions.CanKeep(standing.Stamp.Size))
        {
            p.Outcome = PlacementOutcome.VersionsFull;
            return;
        }

        var staged = $"{StagingPath}/a-{(++_next).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        var moved = files.Rename(p.Target, staged, RenameMode.NoReplace);
        if (moved != FsError.None)
        {
            if (moved == FsError.NotFound) p.Outcome = PlacementOutcome.Done;
            else Fail(p, moved);
            return;
        }

        if (files.Stat(staged, out var displaced) == FsError.None && !IsExpected(p.Entry.Kind, p.Expected, displaced, exact: false))
        {
            // RACE: written to in that instant: back to its name, unless that is taken again; then it is a version.
            if (files.Rename(staged, p.Target, RenameMode.NoReplace) != FsError.None) versions.Keep(staged, p.Target, displaced, "conflict", out _);
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        Keep(p, staged, p.Target, displaced);
        p.Outcome = PlacementOutcome.Done;
    }

    private void Keep(Placement p, string path, string original, FileStat displaced)
    {
        if (displaced.Kind == EntryKind.File && files.HasNoWriter(path) == false)
        {
            var waiting = $"{DisplacedPath}/{Path.GetFileName(path)}-{displaced.Stamp.FileKey:x}";
            files.MakeDirectory(DisplacedPath, 0x1C0);
            if (files.Rename(path, waiting, RenameMode.NoReplace) == FsError.None)
            {
                p.Lingering = new Lingering(waiting, original, displaced, p.Reason);
                return;
            }
        }

        versions.Keep(path, original, displaced, p.Reason, out _);
    }

    private static bool IsExpected(EntryKind kind, FileStamp expected, FileStat found, bool exact)
    {
        if (found.Kind != kind || found.Stamp.FileKey != expected.FileKey) return false;
        // A directory's times change with its children, a link cannot be written to.
        if (kind != EntryKind.File) return true;
        return exact ? found.Stamp == expected : found.Stamp.SameButCtime(expected);
    }

    private void Done(Placement p, FileStamp? placed)
    {
        p.Staged = null;
        var error = files.Stat(p.Target, out var now);
        if (error != FsError.None || now.Kind != p.Entry.Kind)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        // What stands there now counts as synced only if it is what was set; anything newer is an edit, found by the look that follows.
        p.Result = placed is { } ours && !now.Stamp.SameButCtime(ours) ? now with { Stamp = ours } : now;
        p.Outcome = PlacementOutcome.Done;
    }

    private static void Fail(Placement p, FsError error)
    {
        p.Error = error;
        // Its directory has gone or moved on meanwhile: the plan is old.
        p.Outcome = error is FsError.NotFound or FsError.NotDirectory or FsError.Escapes ? PlacementOutcome.Raced : PlacementOutcome.Failed;
    }
}
