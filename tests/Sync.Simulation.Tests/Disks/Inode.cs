using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Simulation.Tests.Disks;

/// <summary>A file, directory or symbolic link of a simulated disk.</summary>
internal sealed class Inode(ulong number, EntryKind kind)
{
    public ulong Number => number;

    public EntryKind Kind => kind;

    public uint Mode { get; set; }

    public long MtimeNs { get; set; }

    public long CtimeNs { get; set; }

    /// <summary>All bytes. A write makes a new array, so that an old one stays what it was.</summary>
    public byte[] Data { get; set; } = [];

    /// <summary>The bytes that power loss leaves, and their mtime.</summary>
    public byte[] DurableData { get; set; } = [];

    /// <inheritdoc cref="DurableData"/>
    public long DurableMtimeNs { get; set; }

    public string? LinkTarget { get; init; }

    /// <summary>Of a directory, by name.</summary>
    public Dictionary<string, Inode>? Children { get; init; }

    /// <summary>Names that lead here.</summary>
    public int Links { get; set; }

    /// <summary>The directory by whose name it is known; with several names, the latest.</summary>
    public Inode? Parent { get; set; }

    /// <inheritdoc cref="Parent"/>
    public string Name { get; set; } = "";

    /// <summary>How many users have it open for writing.</summary>
    public int Writers { get; set; }

    /// <summary>A user has removed its name here, or put something else there: who goes on writing to it writes to nothing.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>What a watcher wants to be told with each event of this directory; null if it is not watched.</summary>
    public object? Tag { get; set; }

    /// <summary>When bytes were last written; the run's time.</summary>
    public long WrittenNs { get; set; }

    public bool IsDirty => !ReferenceEquals(Data, DurableData);

    public FileStat Stat => new(
        kind, Mode, new FileStamp(number, kind == EntryKind.Symlink ? LinkTarget!.Length : Data.Length, MtimeNs, CtimeNs), 1, 0, (uint)Math.Max(1, Links), (Data.Length + 511) / 512);
}
