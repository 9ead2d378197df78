namespace Sync.Host.Auditing;

/// <summary>The words for what was done. Scripts rely on them: add, never rename.</summary>
internal static class AuditActions
{
    public const string ShareAdd = "share.add";
    public const string ShareSet = "share.set";
    public const string ShareRemove = "share.remove";
    public const string GuestPair = "guest.pair";
    public const string GuestSet = "guest.set";
    public const string GuestRevoke = "guest.revoke";
    public const string InviteCreate = "invite.create";
    public const string InviteRevoke = "invite.revoke";
    public const string ConflictsResolve = "conflicts.resolve";
    public const string VersionRestore = "version.restore";
    public const string EditsRevert = "edits.revert";
    public const string TagCreate = "tag.create";
    public const string TagRemove = "tag.remove";
    public const string Pause = "pause";
    public const string Resume = "resume";
    public const string SettingsChange = "settings.change";
    public const string TokenCreate = "token.create";
    public const string TokenRevoke = "token.revoke";

    /// <summary>A call with a token that is wrong, expired, revoked, or not good for what it asked.</summary>
    public const string TokenRefuse = "token.refuse";
    public const string SignIn = "dashboard.sign-in";
    public const string WebhookAdd = "webhook.add";
    public const string WebhookRemove = "webhook.remove";
    public const string Backup = "backup";
    public const string Restore = "restore";
}
