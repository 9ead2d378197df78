namespace Sync.Host.Access;

/// <summary>What a token may do; each includes those before it.</summary>
internal enum TokenScope
{
    /// <summary>Look: status, shares, events, jobs, conflicts, versions.</summary>
    Read,

    /// <summary>Move files: jobs, flush, pause and resume, verify, conflicts, restore.</summary>
    Sync,

    /// <summary>Everything: shares, guests, invites, tokens, webhooks.</summary>
    Admin,
}
