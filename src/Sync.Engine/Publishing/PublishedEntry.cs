using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;

namespace Sync.Engine.Publishing;

/// <summary>Something in the directory that is pushed.</summary>
/// <param name="Parent">The position of its directory among all; -1: the directory itself.</param>
/// <param name="Name">In its directory.</param>
/// <param name="Path">In the pushed directory, '/' between names.</param>
/// <param name="Stat">As it was read.</param>
internal sealed record PublishedEntry(int Parent, string Name, string Path, FileStat Stat)
{
    /// <summary>Of a file: what was read; of a symlink, a hash of its target.</summary>
    public ContentId Content { get; init; }

    /// <summary>Of a symlink.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Of a directory: what is left out in it.</summary>
    public IgnoreRules? Rules { get; init; }

    public EntryKind Kind => Stat.Kind;
}
