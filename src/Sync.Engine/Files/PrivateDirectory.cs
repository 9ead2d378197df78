using Sync.Engine.Model;

namespace Sync.Engine.Files;

/// <summary>The directory at a share's root that belongs to the replica: staging, versions, probes. Never synced.</summary>
public static class PrivateDirectory
{
    /// <summary>Its name.</summary>
    public const string Name = ".sync";

    /// <summary>What is complete, or on its way, and not in place yet.</summary>
    public const string Staging = Name + "/" + StagingName;

    /// <summary>Displaced files that somebody may still write to.</summary>
    public const string Displaced = Name + "/displaced";

    /// <summary>Only its owner may look inside: staged files have no final mode yet.</summary>
    public const uint Mode = 0x1C0; // 0700

    private const string StagingName = "staging";

    /// <summary>The file in it that tells one replica's directory from any other, and one time of it from another.</summary>
    public const string MarkName = "mark";

    /// <summary>Whether an item of a directory below the root tells that another replica has that directory, or has the one that it is the private directory of: two that sync the same
    /// files, perhaps through a mount, would bring each other's changes back for ever.</summary>
    /// <param name="files">The share's.</param>
    /// <param name="directory">Its path; "": the root, where it is this replica's own.</param>
    /// <param name="item">What is in it.</param>
    public static bool IsOfAnother(IFileSystem files, string directory, in DirectoryItem item)
    {
        if (directory.Length == 0) return false;
        if (item.Name == Name) return item.Stat.Kind == EntryKind.Directory && (Has(MarkName, EntryKind.File) || Has(StagingName, EntryKind.Directory));
        return item.Name is { } name && IsOwnName(name) && item.Stat.Kind == (name == MarkName ? EntryKind.File : EntryKind.Directory) && directory.EndsWith("/" + Name, StringComparison.Ordinal);

        bool Has(string name, EntryKind kind) => files.Stat($"{directory}/{Name}/{name}", out var stat) == FsError.None && stat.Kind == kind;
    }

    /// <summary>Whether it is what each replica has in its private directory, from its first moment on.</summary>
    public static bool IsOwnName(string name) => name is MarkName or StagingName;

    /// <summary>True for a path below it.</summary>
    public static bool Holds(string path) => path.StartsWith(Name + "/", StringComparison.Ordinal);
}
