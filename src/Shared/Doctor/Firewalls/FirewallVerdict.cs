namespace Sync.Shared.Doctor.Firewalls;

/// <summary>What a firewall's rules say of a TCP port from outside.</summary>
internal enum FirewallVerdict
{
    /// <summary>There are no rules in its way.</summary>
    Open,

    /// <summary>A rule lets it in, from some places at least.</summary>
    Allowed,

    /// <summary>It is not let in.</summary>
    Blocked,
}
