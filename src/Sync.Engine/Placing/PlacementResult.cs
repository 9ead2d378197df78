using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Engine.Placing;

/// <summary>What a look before or after a step on disk means for its placement.</summary>
internal static class PlacementResult
{
    /// <summary>Whether what was found is what the plan saw.</summary>
    /// <param name="kind">The kind that the plan saw.</param>
    /// <param name="expected">The stamp that it saw.</param>
    /// <param name="found">What is there.</param>
    /// <param name="exact">Of ctime, too: it was not renamed since.</param>
    public static bool IsExpected(EntryKind kind, FileStamp expected, FileStat found, bool exact)
    {
        if (found.Kind != kind || found.Stamp.FileKey != expected.FileKey) return false;
        // A directory's times change with its children, a link cannot be written to.
        if (kind != EntryKind.File) return true;
        return exact ? found.Stamp == expected : found.Stamp.SameButCtime(expected);
    }

    /// <summary>The step was taken: what stands at the target is looked at.</summary>
    public static void Done(IFileSystem files, Placement p, FileStamp? placed)
    {
        var error = files.Stat(p.Target, out var now);
        Done(p, placed, error, now);
    }

    /// <summary>As above, where the look was part of the step.</summary>
    public static void Done(Placement p, FileStamp? placed, FsError error, FileStat now)
    {
        p.Staged = null;
        if (error != FsError.None || now.Kind != p.Entry.Kind)
        {
            p.Outcome = PlacementOutcome.Raced;
            return;
        }

        // What stands there now counts as synced only if it is what was set; anything newer is an edit, found by the look that follows.
        p.Result = placed is { } ours && !now.Stamp.SameButCtime(ours) ? now with { Stamp = ours } : now;
        p.Outcome = PlacementOutcome.Done;
    }

    /// <summary>It was renamed to the target.</summary>
    /// <remarks>RACE: a program may have moved it on in that instant, or have written to it since the plan saw it. Something else at the target is not taken for it: what is known of it stays what the
    /// plan saw, and the look at what has happened since finds it where it is, or edited.</remarks>
    public static void Renamed(IFileSystem files, Placement p)
    {
        Done(files, p, null);
        if (p.Outcome == PlacementOutcome.Done && !IsExpected(p.Entry.Kind, p.Expected, p.Result, exact: false)) p.Result = p.Result with { Stamp = p.Expected };
    }

    /// <summary>The step could not be taken.</summary>
    public static void Fail(Placement p, FsError error)
    {
        p.Error = error;
        // Its directory has gone or moved on meanwhile: the plan is old.
        p.Outcome = error is FsError.NotFound or FsError.NotDirectory or FsError.Escapes ? PlacementOutcome.Raced : PlacementOutcome.Failed;
    }
}
