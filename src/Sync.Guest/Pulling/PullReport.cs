using System.Globalization;
using Sync.Engine.Model;
using Sync.Engine.Pulling;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Guest.Pulling;

/// <summary>How a pull has ended, for people and for programs.</summary>
internal static class PullReport
{
    public static void Write(TextWriter output, PullOptions options, PullResult result, TimeSpan took)
    {
        if (options.IsDryRun)
        {
            foreach (var item in result.Items) output.WriteLine($"{Word(item.Change),-7}  {Printable.Text(item.Path)}{(item.Kind == EntryKind.Directory ? "/" : "")}");
        }

        var where = $"{Printable.Text(options.Directory)} {(options.IsDryRun ? "would be" : "is")} {(options.SubPath.Length > 0 ? Printable.Text(options.SubPath) + " of " : "")}share {Printable.Text(options.Share)} at {result.Revision}{(result.Tag.Length > 0 ? $" ({Printable.Text(result.Tag)})" : "")}";
        var what = $"{Printable.Count(result.Tree.Files)} files, {Printable.Bytes(result.Tree.Bytes)}";
        if (result.IsUnchanged)
        {
            output.WriteLine($"{where}: {what}; nothing to do{Took(took)}");
            return;
        }

        var changes = new List<string>();
        if (result.Created > 0) changes.Add($"{Printable.Count(result.Created)} new");
        if (result.Updated > 0) changes.Add($"{Printable.Count(result.Updated)} changed");
        if (result.Touched > 0) changes.Add($"{Printable.Count(result.Touched)} touched");
        if (result.Deleted > 0) changes.Add($"{Printable.Count(result.Deleted)} deleted");
        if (result.Kept > 0) changes.Add($"{Printable.Count(result.Kept)} kept");
        if (!options.IsDryRun) changes.Add($"{Printable.Bytes(result.Received)} received");
        if (result.Cached > 0) changes.Add($"{Printable.Bytes(result.Cached)} from the cache");
        output.WriteLine($"{where}: {what}; {string.Join(", ", changes)}{(options.IsDryRun ? "" : Took(took))}");
    }

    public static PullOutput ToOutput(PullOptions options, PullResult result, TimeSpan took) => new()
    {
        Share = options.Share,
        Path = options.Directory,
        SubPath = options.SubPath,
        Revision = result.Revision.Value,
        Tag = result.Tag.Length > 0 ? result.Tag : null,
        Unchanged = result.IsUnchanged,
        DryRun = options.IsDryRun,
        Files = result.Tree.Files,
        Directories = result.Tree.Directories,
        Symlinks = result.Tree.Symlinks,
        Bytes = result.Tree.Bytes,
        Created = result.Created,
        Updated = result.Updated,
        Touched = result.Touched,
        Deleted = result.Deleted,
        Kept = result.Kept,
        BytesReceived = result.Received,
        BytesFromCache = result.Cached,
        Rounds = result.Rounds,
        TookMs = Math.Round(took.TotalMilliseconds, 1),
        Items = options.IsDryRun ? [.. result.Items.Select(i => new PullItemOutput(Word(i.Change), Word(i.Kind), i.Path, i.Size))] : null,
    };

    private static string Took(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $" in {took.TotalSeconds:0.0} s");

    private static string Word(EntryChange change) => change switch
    {
        EntryChange.Created => "create",
        EntryChange.Updated => "update",
        EntryChange.Touched => "touch",
        _ => "delete",
    };

    private static string Word(EntryKind kind) => kind switch
    {
        EntryKind.Directory => "directory",
        EntryKind.File => "file",
        EntryKind.Symlink => "symlink",
        _ => "special",
    };
}
