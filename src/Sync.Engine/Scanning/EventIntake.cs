using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Trees;
using Sync.Engine.Watching;

namespace Sync.Engine.Scanning;

/// <summary>Turns the watcher's events into names to look at, files to wait for, and directories to list. On the loop.</summary>
internal sealed class EventIntake(TreeSet trees, LookQueue looks, QuietPeriods quiet, OpenMoves moves, DirectoryRules rules, DirectoryScanner scanner, Action<Node> emptied)
{
    /// <summary>Directories watched with this tag only tell of cookies.</summary>
    public object CookieTag { get; } = new();

    /// <summary>Called with the name of each cookie whose event came.</summary>
    public Action<string>? CookieSeen { get; set; }

    public void Take(in WatchEvent e)
    {
        if (e.Change == WatchChange.Overflow)
        {
            scanner.Scan(trees.Root, recursive: true);
            return;
        }

        if (ReferenceEquals(e.Tag, CookieTag))
        {
            if (e.Name is not null && e.Change is WatchChange.Created or WatchChange.Closed) CookieSeen?.Invoke(e.Name!);
            return;
        }

        if (e.Tag is not Node tagged) return;
        var node = tagged.Current;
        if (!node.IsLocal) return;
        if (e.Change == WatchChange.Ended)
        {
            if (node == trees.Root) scanner.Scan(trees.Root, recursive: true);
            else if (trees.LocalParent(node) is { } parent) looks.Mark(parent, node.Local!.Name, Look.Plain);
            return;
        }

        if (e.Name is null)
        {
            scanner.Scan(node, recursive: false);
            return;
        }

        if (node == trees.Root && e.Name == IgnoreRules.OwnDirectory) return;
        if (node.Has(NodeFlags.Held) && e.Change is WatchChange.Removed or WatchChange.MovedFrom)
        {
            node.Flags &= ~NodeFlags.Held;
            emptied(node);
        }

        // An agent makes its directory first: what is in it then tells whose it is, before it is taken for content.
        if (PrivateDirectory.IsOwnName(e.Name) && node != trees.Root && node.Local!.Name == PrivateDirectory.Name)
        {
            scanner.Scan(node, recursive: true);
            return;
        }

        // What is told of after this is judged by the new rules.
        if (rules.IsRuleFile(e.Name)) rules.Expect(node);
        switch (e.Change)
        {
            case WatchChange.Modified: quiet.Begin(node, e.Name, QuietPeriods.Quiet); return;
            case WatchChange.Attributes when quiet.Contains(node, e.Name): return;
            case WatchChange.Created: looks.Mark(node, e.Name, Look.Created); return;
            case WatchChange.MovedFrom when e.Cookie != 0: moves.Left(e.Cookie); break;
            case WatchChange.MovedTo: moves.Arrived(e.Cookie); break;
        }

        if (!quiet.End(node, e.Name) && e.Change == WatchChange.Closed) return;
        looks.Mark(node, e.Name, e.Change == WatchChange.Closed ? Look.Bytes : Look.Plain);
    }
}
