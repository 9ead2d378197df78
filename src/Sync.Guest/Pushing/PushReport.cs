using System.Globalization;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Publishing;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Guest.Pushing;

/// <summary>How a push has ended, for people and for programs.</summary>
internal static class PushReport
{
    public static void Write(TextWriter output, TextWriter error, PublishOptions options, PublishResult result, TimeSpan took)
    {
        if (options.DryRun)
        {
            foreach (var item in result.Items) output.WriteLine($"{Word(item.Action),-7}  {Printable.Text(item.Path)}{(item.Kind == EntryKind.Directory ? "/" : "")}");
        }

        var where = options.SubPath.Length == 0 ? options.Share : $"{options.Share}/{options.SubPath}";
        var changes = new List<string>();
        foreach (var (action, word) in ((PublishAction, string)[])[(PublishAction.Add, "new"), (PublishAction.Replace, "changed"), (PublishAction.Touch, "touched"), (PublishAction.Delete, "deleted")])
        {
            if (Count(result, action) is var count and > 0) changes.Add($"{Printable.Count(count)} {word}");
        }

        changes.Add($"{Printable.Count(result.Unchanged)} the same");
        if (!options.DryRun) changes.Add($"{Printable.Bytes(result.BytesSent)} sent");
        var isWhole = result.Conflicts.Count == 0 && result.Problems.Count == 0;
        var verb = options.DryRun ? "would be" : isWhole ? "is" : "is, but for what follows,";
        var seconds = options.DryRun ? "" : string.Create(CultureInfo.InvariantCulture, $" in {took.TotalSeconds:0.0} s");
        // It has all, and places nothing for now.
        if (result.Problems.Any(IsHeld))
            output.WriteLine($"{Printable.Text(where)} becomes {Printable.Text(options.Directory)} when the share goes on; until then that is in its journal alone: {string.Join(", ", changes)}{seconds}");
        else
            output.WriteLine($"{Printable.Text(where)} {verb} {Printable.Text(options.Directory)} at {result.Revision}: {string.Join(", ", changes)}{seconds}");
        foreach (var path in result.Skipped) error.WriteLine($"{Printable.Text(path)}: a FIFO, socket or device is never pushed");
        foreach (var conflict in result.Conflicts)
            error.WriteLine($"{Printable.Text(conflict.Path)}: another replica changed it at the same time; {(conflict.IsCopied ? "what was pushed stands beside it as a conflict copy" : "its state stands")}");
        foreach (var problem in result.Problems) error.WriteLine($"{(IsHeld(problem) ? "" : Printable.Text(problem.Path) + ": ")}{Printable.Text(problem.Message)}");
    }

    private static bool IsHeld(Problem problem) => problem is { Path: ".", Code: "paused" or "halted" };

    public static PushOutput ToOutput(PublishOptions options, PublishResult result, TimeSpan took) => new()
    {
        Share = options.Share,
        Path = options.Directory,
        SubPath = options.SubPath,
        Revision = result.Revision.Value,
        DryRun = options.DryRun,
        Created = Count(result, PublishAction.Add),
        Updated = Count(result, PublishAction.Replace),
        Touched = Count(result, PublishAction.Touch),
        Deleted = Count(result, PublishAction.Delete),
        Unchanged = result.Unchanged,
        Bytes = result.Bytes,
        BytesSent = result.BytesSent,
        TookMs = Math.Round(took.TotalMilliseconds, 1),
        Conflicts = [.. result.Conflicts.Select(c => new PushConflictOutput(c.Path, c.IsCopied))],
        Problems = [.. result.Problems.Select(p => new ProblemOutput(p.Path, p.Code, p.Message))],
        Skipped = result.Skipped,
        Items = options.DryRun ? [.. result.Items.Select(i => new PushItemOutput(Word(i.Action), ReplicaWords.Of(i.Kind), i.Path, i.Size))] : null,
    };

    /// <summary>What the command ends with.</summary>
    public static ExitCode CodeOf(PublishResult result)
    {
        if (result.Problems.Any(p => p.Code is "halted")) return ExitCode.Halted;
        if (result.Problems.Count > 0) return ExitCode.Failed;
        return result.Conflicts.Count > 0 ? ExitCode.ConflictsLeft : ExitCode.Done;
    }

    private static int Count(PublishResult result, PublishAction action) => result.Items.Count(i => i.Action == action);

    private static string Word(PublishAction action) => action switch
    {
        PublishAction.Add => "create",
        PublishAction.Replace => "update",
        PublishAction.Touch => "touch",
        _ => "delete",
    };
}
