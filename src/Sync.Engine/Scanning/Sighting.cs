using Sync.Engine.Files;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>One look at one name. <see cref="Reading"/> holds the content where the file was small and not as known.</summary>
internal sealed record Sighting(Node Directory, string Name)
{
    /// <summary>The placement clock when the look began: looks that began later have a higher one.</summary>
    public long Clock { get; init; }

    public FsError Error { get; set; }

    public FileStat Stat { get; set; }

    public string? LinkTarget { get; set; }

    public FileReading? Reading { get; set; }

    /// <summary>The directory is no longer where it was looked for: nothing was seen.</summary>
    public bool Stale { get; set; }

    /// <summary>A new name that a writer may still have open.</summary>
    public bool JustCreated { get; init; }

    /// <summary>If the file has other names, they are being looked at as well.</summary>
    public bool Linked { get; init; }

    /// <summary>Events say that bytes changed: look even if the stamp is the same, which a coarse clock can make so.</summary>
    public bool BytesChanged { get; init; }
}
