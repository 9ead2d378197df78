namespace Sync.Engine.Model;

/// <summary>The parts of an entry that change, and merge, independently. Values are stored and sent: never renumber.</summary>
[Flags]
public enum Facets : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Parent, name, and whether it exists.</summary>
    Place = 1,

    /// <summary>Content id, size, mtime, link target.</summary>
    Content = 2,

    /// <summary>Permission bits and owner.</summary>
    Mode = 4,

    /// <summary>All of them.</summary>
    All = Place | Content | Mode,
}
