namespace Sync.Engine.Trees;

/// <summary>A directory's children: by name on disk, and those that the journal places here but the disk does not (yet).
/// A remote child whose local place is the same is found through the local names, which halves the memory.</summary>
internal sealed class DirectoryLinks
{
    public readonly NameTable<Node, LocalNaming> Local = new();

    /// <summary>Null where there are none: most of the time everywhere.</summary>
    public Dictionary<string, Node>? RemoteOnly;
}
