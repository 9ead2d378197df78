using System.Globalization;
using Sync.Protocol.Control;

namespace Sync.Host.Auditing;

/// <summary>What a call of the control API is in the audit log. Pure.</summary>
internal static class AuditWords
{
    /// <summary>The entry for a request, as if it were done; null for one that changes nothing that is told.</summary>
    public static AuditEntry? Of(object request, string actor) => request switch
    {
        AddShareRequest r => new(actor, AuditActions.ShareAdd) { Share = r.Name, Target = r.Path },
        SetShareRequest r => new(actor, AuditActions.ShareSet) { Share = r.Name, Detail = Changes(r.Policy) },
        RemoveShareRequest r => new(actor, AuditActions.ShareRemove) { Share = r.Name },
        SetGuestRequest r => new(actor, AuditActions.GuestSet) { Share = Name(r.Share), Target = r.Guest, Detail = Changes(r) },
        RevokeGuestRequest r => new(actor, AuditActions.GuestRevoke) { Share = Name(r.Share), Target = r.Guest },
        CreateInviteRequest r => new(actor, AuditActions.InviteCreate) { Share = r.Share, Detail = Terms(r) },
        RevokeInviteRequest r => new(actor, AuditActions.InviteRevoke) { Target = r.Id },
        ResolveRequest r => new(actor, AuditActions.ConflictsResolve) { Share = Name(r.Share), Target = Name(r.Path), Detail = "keep " + r.Keep },
        RestoreRequest r => new(actor, AuditActions.VersionRestore) { Share = Name(r.Share), Target = r.Id, Detail = r.TargetPath.Length > 0 ? "to " + r.TargetPath : null },
        RevertRequest r => new(actor, AuditActions.EditsRevert) { Share = Name(r.Share) },
        CreateTagRequest r => new(actor, AuditActions.TagCreate) { Share = Name(r.Share), Target = r.Name },
        RemoveTagRequest r => new(actor, AuditActions.TagRemove) { Share = Name(r.Share), Target = r.Name },
        PauseRequest r => new(actor, AuditActions.Pause) { Share = Name(r.Share) },
        ResumeRequest r => new(actor, AuditActions.Resume) { Share = Name(r.Share), Detail = r.Force ? "force" : null },
        CreateTokenRequest r => new(actor, AuditActions.TokenCreate) { Share = Name(r.Share), Target = Name(r.Name), Detail = "scope " + r.Scope },
        RevokeTokenRequest r => new(actor, AuditActions.TokenRevoke) { Target = r.Id },
        SignInCode => new(actor, AuditActions.SignIn),
        // The rest of a URL may hold a secret.
        AddWebhookRequest r => new(actor, AuditActions.WebhookAdd) { Share = Name(r.Share), Detail = Uri.TryCreate(r.Url, UriKind.Absolute, out var url) ? url.Host : null },
        RemoveWebhookRequest r => new(actor, AuditActions.WebhookRemove) { Target = r.Id },
        BackupRequest r => new(actor, AuditActions.Backup) { Target = r.Path },
        _ => null,
    };

    /// <summary>The entry, with what only the reply tells.</summary>
    public static AuditEntry With(AuditEntry entry, object reply) => reply switch
    {
        CreateTokenReply r => entry with { Target = r.Info.Name },
        CreateInviteReply r => entry with { Target = r.Id },
        ResolveReply r => entry with { Detail = string.Create(CultureInfo.InvariantCulture, $"{entry.Detail}; {r.Resolved} resolved, {r.Left} left") },
        RestoreReply r => entry with { Share = r.Share, Detail = "to " + r.Path },
        RevertReply r => entry with { Detail = string.Create(CultureInfo.InvariantCulture, $"{r.Reverted} reverted") },
        _ => entry,
    };

    private static string? Name(string name) => name.Length > 0 ? name : null;

    private static string Terms(CreateInviteRequest request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(request.ReadOnly ? "read-only" : "read-write")}, {request.Uses} uses, {TimeSpan.FromMilliseconds(request.TtlMs):c}{(request.Ephemeral ? ", ephemeral" : "")}");

    private static string? Changes(PolicyInfo? policy)
    {
        if (policy is null)
            return null;
        var changes = new List<string>();
        if (policy.HasDirection)
            changes.Add("direction " + policy.Direction);
        if (policy.HasConflicts)
            changes.Add("conflicts " + policy.Conflicts);
        if (policy.ConflictPatterns is { } patterns)
            changes.Add("conflict patterns " + string.Join(' ', patterns.Items.Select(p => p.Pattern + "=" + p.Policy)));
        if (policy.Ignore is { } ignore)
            changes.Add("ignore " + string.Join(' ', ignore.Items));
        if (policy.HasVcsIgnore)
            changes.Add("vcs-ignore " + (policy.VcsIgnore ? "on" : "off"));
        if (policy.HasOwnership)
            changes.Add("ownership " + (policy.Ownership ? "on" : "off"));
        if (policy.HasMaxDeletePercent)
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"max-delete {policy.MaxDeletePercent}"));
        if (policy.HasMinFreeBytes)
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"min-free {policy.MinFreeBytes}"));
        if (policy.HasVersionDays)
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"version-days {policy.VersionDays}"));
        if (policy.HasVersionPercent)
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"version-percent {policy.VersionPercent}"));
        if (policy.HasOnDemand)
            changes.Add("on-demand " + (policy.OnDemand ? "on" : "off"));
        return string.Join(", ", changes);
    }

    private static string Changes(SetGuestRequest request)
    {
        var changes = new List<string>();
        if (request.HasDirection)
            changes.Add("direction " + request.Direction);
        if (request.HasConflicts)
            changes.Add("conflicts " + request.Conflicts);
        if (request.HasReadOnly)
            changes.Add(request.ReadOnly ? "read-only" : "read-write");
        return string.Join(", ", changes);
    }
}
