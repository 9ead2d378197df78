using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A share's policy, in the command line's words.</summary>
internal sealed record PolicyOutput(
    string Direction,
    string Conflicts,
    IReadOnlyList<PatternOutput> ConflictPatterns,
    IReadOnlyList<string> Ignore,
    bool VcsIgnore,
    bool Ownership,
    int MaxDeletePercent,
    long MinFreeBytes,
    int VersionDays,
    int VersionPercent,
    bool OnDemand)
{
    public static PolicyOutput From(PolicyInfo policy) => new(
        policy.Direction,
        policy.Conflicts,
        [.. (policy.ConflictPatterns?.Items ?? []).Select(p => new PatternOutput(p.Pattern, p.Policy))],
        [.. policy.Ignore?.Items ?? []],
        policy.VcsIgnore,
        policy.Ownership,
        policy.MaxDeletePercent,
        policy.MinFreeBytes,
        policy.VersionDays,
        policy.VersionPercent,
        policy.OnDemand);
}
