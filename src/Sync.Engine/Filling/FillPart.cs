using Sync.Engine.Files;

namespace Sync.Engine.Filling;

/// <summary>A part of a built tree that is moved in by one rename: an entry with all below it.</summary>
internal sealed class FillPart(int top, string path)
{
    /// <summary>The entry's number in the tree.</summary>
    public int Top => top;

    /// <summary>Where it goes.</summary>
    public string Path => path;

    /// <summary>What became of it.</summary>
    public FsError Error { get; set; }

    /// <summary>Of each directory in it, in the order of the tree: what it is on disk.</summary>
    public List<FileStat> Directories { get; } = [];

    /// <summary>Where it is no directory: what stands in place.</summary>
    public FileStat Stat { get; set; }
}
