using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Versions;

namespace Sync.Engine.Placing;

/// <summary>Puts something in another's place so that a reader sees the one or the other, and nobody's work is lost: what comes out is looked at, and
/// put back if it is not what the plan saw. On the worker that places.</summary>
internal sealed class Replacement(IFileSystem files, VersionStore versions, ContentStager stager, Leftovers leftovers)
{
    /// <summary>Exchanges the staged thing with what stands at the target, and looks at what came out.</summary>
    public void Replace(Placement p, EntryKind kind, FileStamp expected)
    {
        var found = files.Stat(p.Target, out var standing);
        if (found != FsError.None || !PlacementResult.IsExpected(kind, expected, standing, exact: true))
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

        // Complete, and from now on under a name that tells what may stand there instead, should a kill come before the look.
        var ready = stager.NewPath(p.Node.Id);
        var error = files.Rename(p.Staged!, ready, RenameMode.NoReplace);
        if (error != FsError.None)
        {
            PlacementResult.Fail(p, error);
            return;
        }

        p.Staged = ready;
        error = files.Rename(ready, p.Target, RenameMode.Exchange);
        if (error == FsError.NotFound)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        if (error != FsError.None)
        {
            PlacementResult.Fail(p, error);
            return;
        }

        // RACE: between the look and the exchange a program may have written to, or replaced, what stood there. It is in our hands now,
        // whole: if it is not what the plan saw it goes back to its name, and ours comes out.
        if (files.Stat(p.Staged!, out var displaced) != FsError.None || !PlacementResult.IsExpected(kind, expected, displaced, exact: false))
        {
            PutBack(p, standing);
            return;
        }

        if (kind == EntryKind.Directory)
        {
            if (files.RemoveDirectory(p.Staged!) == FsError.NotEmpty)
            {
                // Something was put into it, or it holds what is ignored: it stays, and its successor waits.
                PutBack(p, standing);
                if (p.Outcome == PlacementOutcome.Raced) p.Outcome = PlacementOutcome.NotEmpty;
                return;
            }
        }
        else Keep(p, p.Staged!, p.Target, standing, displaced);

        p.Staged = null;
        PlacementResult.Done(files, p, p.StagedStamp);
    }

    /// <param name="p">Whose staged path holds what came out.</param>
    /// <param name="standing">What that was when it was last looked at.</param>
    private void PutBack(Placement p, FileStat standing)
    {
        p.Outcome = PlacementOutcome.Raced;
        // RACE: and while it was out, ours may have been written to or replaced in turn. What comes out now must be ours;
        // anything else is somebody's work, and goes to the version store rather than away.
        var back = files.Rename(p.Staged!, p.Target, RenameMode.Exchange);
        if (back == FsError.NotFound)
        {
            // RACE: ours has been removed, and something new may have taken the name since: what came out is kept either way.
            if (files.Rename(p.Staged!, p.Target, RenameMode.NoReplace) != FsError.None && files.Stat(p.Staged!, out var displaced) == FsError.None)
                leftovers.Keep(p.Staged!, p.Target, displaced, "conflict");
            p.Staged = null;
            return;
        }

        // A disk that fails here does not tell whose it is: then it is somebody's.
        var found = files.Stat(p.Staged!, out var out2);
        if (back != FsError.None || found != FsError.None || !out2.Stamp.SameButCtime(p.StagedStamp))
        {
            leftovers.Keep(p.Staged!, p.Target, found == FsError.None ? out2 : standing, "conflict");
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
            var copy = stager.NewPath();
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
                    leftovers.Remove(copy);
                    p.Outcome = PlacementOutcome.Raced;
                    return;
                }
            }

            if (files.Stat(copy, out var copied) == FsError.None && IsUnseen(p, copy, standing, copied))
            {
                leftovers.Remove(copy);
                p.Outcome = PlacementOutcome.Raced;
                return;
            }

            var kept = versions.Keep(copy, p.Target, standing, p.Reason, out _, p.DisplacedContent);
            if (kept != FsError.None)
            {
                leftovers.Remove(copy);
                PlacementResult.Fail(p, kept);
                return;
            }

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
            PlacementResult.Fail(p, error);
            return;
        }

        p.Staged = null;
        PlacementResult.Done(files, p, p.StagedStamp);
    }

    /// <summary>What was displaced goes to the version store, once nobody writes to it any more; what nobody has seen of it is brought back beside what has its name now.</summary>
    /// <param name="p">What it was displaced for.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="original">Where it was.</param>
    /// <param name="standing">What it was when it was looked at there.</param>
    /// <param name="displaced">What it is.</param>
    public void Keep(Placement p, string path, string original, FileStat standing, FileStat displaced)
    {
        var isUnseen = IsUnseen(p, path, standing, displaced);
        if (isUnseen || (displaced.Kind == EntryKind.File && files.HasNoWriter(path) == false))
        {
            var waiting = $"{PrivateDirectory.Displaced}/{Path.GetFileName(stager.NewPath(p.Node.Id))}-{displaced.Stamp.FileKey:x}";
            files.MakeDirectory(PrivateDirectory.Displaced, 0x1C0);
            if (files.Rename(path, waiting, RenameMode.NoReplace) == FsError.None)
            {
                p.Lingering = new Lingering(waiting, original, isUnseen ? displaced with { Stamp = default } : displaced, p.Reason, p.DisplacedContent);
                return;
            }
        }

        leftovers.Keep(path, original, displaced, isUnseen ? "conflict" : p.Reason, isUnseen ? default : p.DisplacedContent);
    }

    /// <summary>Whether a file was written to a moment before, and has other bytes than the trees know: where the disk's clock ticks slowly a second write leaves the stamp of the first, and its event may
    /// be on its way. Told by the disk's own clock, which a rename or a copy has just set; a file that cannot be read is not known to be that.</summary>
    private bool IsUnseen(Placement p, string path, FileStat standing, FileStat now)
    {
        if (standing.Kind != EntryKind.File || p.DisplacedContent.IsNone || now.Stamp.CtimeNs == 0 || now.Stamp.CtimeNs - standing.Stamp.CtimeNs >= files.Traits.BlindNs) return false;
        return IsOther(default) && IsOther(LineChoice.Lf);

        bool IsOther(LineChoice lines) => FileReading.Of(files, path, CancellationToken.None, lines: lines) is { Error: FsError.None } reading && (reading.Changed || reading.Manifest?.Id != p.DisplacedContent);
    }
}
