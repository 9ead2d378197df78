using Sync.Protocol.Identities;

namespace Sync.Host.Backup;

/// <summary>
/// Which files of a data directory are the host's state: who it is, what it remembers, what is set, who did what. Each is replaced whole or only
/// appended to, so they can be read while the agent runs. The databases are no part of it: they are made anew from the directories, and
/// from what guests have.
/// </summary>
internal static class BackupFiles
{
    /// <summary>More is no backup of ours, in bytes and in files.</summary>
    public const long LargestFile = 64 << 20;

    /// <inheritdoc cref="LargestFile"/>
    public const int MostFiles = 20_000;

    /// <summary>Without these there is nothing to restore.</summary>
    public static readonly string[] Needed = ["config.json", "identity/" + PeerIdentity.FileName];

    /// <summary>Whether a path in a data directory is one of them.</summary>
    public static bool IsOne(string path) => path switch
    {
        "config.json" or "settings.json" or "identity/" + PeerIdentity.FileName => true,
        _ when path.StartsWith("audit.", StringComparison.Ordinal) => path.EndsWith(".jsonl", StringComparison.Ordinal) && IsPlain(path),
        _ when path.StartsWith("jobs/", StringComparison.Ordinal) => path.EndsWith(".json", StringComparison.Ordinal) && IsPlain(path["jobs/".Length..]),
        _ => false,
    };

    /// <summary>Those that are there.</summary>
    public static IEnumerable<string> In(string directory) => Directory.EnumerateFiles(directory, "*", SearchOption.TopDirectoryOnly)
        .Concat(Below(directory, "identity")).Concat(Below(directory, "jobs"))
        .Select(path => Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/'))
        .Where(IsOne)
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Below(string directory, string name) =>
        Path.Combine(directory, name) is var below && Directory.Exists(below) ? Directory.EnumerateFiles(below) : [];

    private static bool IsPlain(string name) =>
        name.Length is > 0 and < 200 && name[0] != '.' && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}
