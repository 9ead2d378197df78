namespace Sync.Fuzzing.Tests.Targets;

/// <summary>All decoders.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } = [.. WireTargets.All, .. StreamTargets.All, .. PullTargets.All, .. InviteTargets.All, .. DeltaTargets.All, .. StoreTargets.All, .. IgnoreTargets.All];
}
