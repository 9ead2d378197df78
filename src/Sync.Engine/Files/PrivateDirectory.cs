namespace Sync.Engine.Files;

/// <summary>The directory at a share's root that belongs to the replica: staging, versions, probes. Never synced.</summary>
public static class PrivateDirectory
{
    /// <summary>Its name.</summary>
    public const string Name = ".sync";

    /// <summary>What is complete, or on its way, and not in place yet.</summary>
    public const string Staging = Name + "/staging";

    /// <summary>Displaced files that somebody may still write to.</summary>
    public const string Displaced = Name + "/displaced";

    /// <summary>Only its owner may look inside: staged files have no final mode yet.</summary>
    public const uint Mode = 0x1C0; // 0700

    /// <summary>True for a path below it.</summary>
    public static bool Holds(string path) => path.StartsWith(Name + "/", StringComparison.Ordinal);
}
