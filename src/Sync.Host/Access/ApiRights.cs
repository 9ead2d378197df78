using System.Collections.Frozen;

namespace Sync.Host.Access;

/// <summary>What each call of the API needs. A call that is not listed is for admins alone.</summary>
internal static class ApiRights
{
    private const string Package = "/sync.v1.control.";

    private static readonly FrozenDictionary<string, TokenScope> Needed = new Dictionary<string, TokenScope>(StringComparer.Ordinal)
    {
        ["Agent/GetStatus"] = TokenScope.Read,
        ["Agent/WatchStatus"] = TokenScope.Read,
        ["Agent/ListConflicts"] = TokenScope.Read,
        ["Agent/GetConflicts"] = TokenScope.Read,
        ["Agent/ListVersions"] = TokenScope.Read,
        ["Agent/GetVersions"] = TokenScope.Read,
        ["Agent/ReadContent"] = TokenScope.Read,
        ["Agent/Flush"] = TokenScope.Sync,
        ["Agent/Pause"] = TokenScope.Sync,
        ["Agent/Resume"] = TokenScope.Sync,
        ["Agent/ResolveConflicts"] = TokenScope.Sync,
        ["Agent/RestoreVersion"] = TokenScope.Sync,
        ["Agent/Verify"] = TokenScope.Sync,
        ["Agent/Revert"] = TokenScope.Sync,
        ["HostRegistry/ListShares"] = TokenScope.Read,
        ["HostRegistry/GetShare"] = TokenScope.Read,
        ["HostRegistry/ListGuests"] = TokenScope.Read,
        ["Jobs/CreateJob"] = TokenScope.Sync,
        ["Jobs/CancelJob"] = TokenScope.Sync,
        ["Jobs/GetJob"] = TokenScope.Read,
        ["Jobs/ListJobs"] = TokenScope.Read,
        ["Events/WatchEvents"] = TokenScope.Read,
        ["Events/ListEvents"] = TokenScope.Read,
        ["Access/WhoAmI"] = TokenScope.Read,
        ["Operations/GetMetrics"] = TokenScope.Read,
        ["Tags/ListTags"] = TokenScope.Read,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Their answers hold what a token for one share may see: the share is filled in, or the services leave out the rest.
    private static readonly FrozenSet<string> FilteredByService = FrozenSet.Create(
        StringComparer.Ordinal, "HostRegistry/ListShares", "HostRegistry/ListGuests", "Jobs/GetJob", "Jobs/CancelJob", "Access/WhoAmI");

    /// <summary>The scope a call needs.</summary>
    /// <param name="method">As gRPC names it: "/sync.v1.control.Jobs/GetJob".</param>
    public static TokenScope Of(string method) =>
        method.StartsWith(Package, StringComparison.Ordinal) && Needed.TryGetValue(method[Package.Length..], out var scope) ? scope : TokenScope.Admin;

    /// <summary>Whether the call's own service heeds a token that is for one share.</summary>
    public static bool HeedsShare(string method) => method.StartsWith(Package, StringComparison.Ordinal) && FilteredByService.Contains(method[Package.Length..]);
}
