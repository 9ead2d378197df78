namespace Sync.Engine.Replicas;

/// <summary>Stable codes of <see cref="ReplicaStartException"/>.</summary>
public static class ReplicaStartCodes
{
    /// <summary>The directory is not there.</summary>
    public const string RootMissing = "root-missing";

    /// <summary>The directory cannot be listed or written.</summary>
    public const string RootUnreadable = "root-unreadable";

    /// <summary>The directory is on another device than before, or suddenly empty.</summary>
    public const string RootChanged = "root-changed";

    /// <summary>Another agent has the directory.</summary>
    public const string RootInUse = "root-in-use";

    /// <summary>The index cannot be opened, nor set aside.</summary>
    public const string IndexUnusable = "index-unusable";
}
