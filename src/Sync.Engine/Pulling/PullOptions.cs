namespace Sync.Engine.Pulling;

/// <summary>What a pull is to do.</summary>
/// <param name="Directory">A real path; the directory above it exists.</param>
/// <param name="Host">The host's fingerprint.</param>
/// <param name="Share">The share.</param>
/// <param name="SubPath">The part of it; "" for all.</param>
public sealed record PullOptions(string Directory, string Host, string Share, string SubPath)
{
    /// <summary>What the share has not is kept.</summary>
    public bool KeepsExtras { get; init; }

    /// <summary>Also a directory that holds what no pull has put there.</summary>
    public bool Force { get; init; }

    /// <summary>Every file that is there is read, whatever its stamp says.</summary>
    public bool Verifies { get; init; }

    /// <summary>The directory of a cache of contents; null: none.</summary>
    public string? Cache { get; init; }

    /// <summary>The most bytes that the cache is to take.</summary>
    public long CacheBytes { get; init; } = 20L << 30;

    /// <summary>Only tells what would be done.</summary>
    public bool IsDryRun { get; init; }
}
