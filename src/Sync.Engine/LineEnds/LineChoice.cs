using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;

namespace Sync.Engine.LineEnds;

/// <summary>Whether what is read of a file counts as it is, or with LF if it has CRLF. Made on the loop, asked on a worker. The default: as it is.</summary>
internal readonly record struct LineChoice
{
    private enum Rule : byte { AsItIs, Lf, LfUnlessKnown }

    private Rule Is { get; init; }

    /// <summary>Contents that have CRLF in the share, too: bytes that are one of these are that.</summary>
    private ContentId Local { get; init; }

    /// <inheritdoc cref="Local"/>
    private ContentId Remote { get; init; }

    /// <summary>What is known to stand there with CRLF for LF.</summary>
    public static LineChoice Lf => new() { Is = Rule.Lf };

    /// <summary>For a file at a name.</summary>
    /// <param name="context">The replica's.</param>
    /// <param name="node">What is known to be there, or to have come there; null: nothing.</param>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name.</param>
    public static LineChoice For(ReplicaContext context, Node? node, Node directory, string name)
    {
        // It was converted when it was placed, or seen so: that is kept until it is placed anew, whatever its name and the setting are by now.
        if (node is { IsConverted: true }) return Lf;
        var lines = context.LineEndings();
        if (lines.IsEmpty || !lines.HasCrlf(SharePath.Join(context.Trees.LocalPath(directory), name))) return default;
        var remote = (node ?? context.Trees.RemoteChild(directory, name))?.Remote;
        return new() { Is = Rule.LfUnlessKnown, Local = node?.Local?.Content ?? default, Remote = remote?.Content ?? default };
    }

    /// <summary>The file as it counts, taken over.</summary>
    /// <param name="file">Open.</param>
    /// <param name="length">On disk, in bytes; then of what counts.</param>
    public IReadableFile View(IReadableFile file, ref long length)
    {
        if (Is == Rule.AsItIs || LfView.Of(file, length) is not { } view) return file;
        if (Is == Rule.LfUnlessKnown && (!Local.IsNone || !Remote.IsNone) && LineText.Id(view.Crlf) is var asItIs && (asItIs == Local || asItIs == Remote)) return file;
        length = view.Length;
        return view;
    }
}
