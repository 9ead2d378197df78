namespace Sync.Host.Auditing;

/// <summary>One line of the audit log. Never holds a secret: no token, no invite, only their names.</summary>
/// <param name="Actor">Who: see <see cref="AuditActor"/>.</param>
/// <param name="Action">What: one of <see cref="AuditActions"/>.</param>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record AuditEntry(string Actor, string Action)
{
    /// <summary>When; the log sets it.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The share it concerns; null if none, or all.</summary>
    public string? Share { get; init; }

    /// <summary>To whom or what: a guest's name, an invite's id, a path; null if that is all of the share, or of the host.</summary>
    public string? Target { get; init; }

    /// <summary>More about it, for people; null if there is nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary><c>done</c>, <c>failed</c> (it was allowed and did not come about) or <c>refused</c> (it was not allowed).</summary>
    public string Outcome { get; set; } = Done;

    /// <summary>How many refusals were left out since the entry before, because there were too many of them; null: none.</summary>
    public int? LeftOut { get; init; }

    public const string Done = "done";
    public const string Failed = "failed";
    public const string Refused = "refused";
}
