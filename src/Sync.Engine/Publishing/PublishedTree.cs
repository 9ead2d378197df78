using Sync.Engine.Ignoring;

namespace Sync.Engine.Publishing;

/// <summary>The directory that is pushed, as it was read.</summary>
/// <param name="Entries">Directories before what is in them.</param>
/// <param name="Rules">What is left out at its root.</param>
/// <param name="Skipped">Paths of FIFOs, sockets and devices.</param>
internal sealed record PublishedTree(IReadOnlyList<PublishedEntry> Entries, IgnoreRules Rules, IReadOnlyList<string> Skipped)
{
    /// <summary>Bytes of all files.</summary>
    public long Bytes { get; } = Entries.Sum(e => e.Kind == Model.EntryKind.File ? e.Stat.Stamp.Size : 0);
}
