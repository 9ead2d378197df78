namespace Sync.Engine.Replicas;

/// <summary>How the mark in the directory stands to the one in the index.</summary>
internal enum MarkAge
{
    /// <summary>Of one time.</summary>
    Same,

    /// <summary>The directory has gone on from where the index is: the index was restored from a backup. What it has is still a common ancestor.</summary>
    IndexIsOlder,

    /// <summary>The directory was rolled back: what it holds is older than what was agreed.</summary>
    DirectoryIsOlder,

    /// <summary>Neither has come from the other, or one is missing.</summary>
    Unrelated,
}
