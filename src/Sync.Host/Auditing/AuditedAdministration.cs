using Sync.Host.Registry;
using Sync.Protocol.Control;

namespace Sync.Host.Auditing;

/// <summary>The configuration, changed without an agent: told to the audit log by the command itself.</summary>
internal sealed class AuditedAdministration(IHostAdministration inner, IAuditLog log) : IHostAdministration
{
    public Task<ShareInfo> AddShareAsync(AddShareRequest request, CancellationToken cancel) => Told(request, () => inner.AddShareAsync(request, cancel));

    public Task<ShareInfoList> ListSharesAsync(CancellationToken cancel) => inner.ListSharesAsync(cancel);

    public Task<ShareInfo> GetShareAsync(GetShareRequest request, CancellationToken cancel) => inner.GetShareAsync(request, cancel);

    public Task<ShareInfo> SetShareAsync(SetShareRequest request, CancellationToken cancel) => Told(request, () => inner.SetShareAsync(request, cancel));

    public Task<ShareInfo> RemoveShareAsync(RemoveShareRequest request, CancellationToken cancel) => Told(request, () => inner.RemoveShareAsync(request, cancel));

    public Task<GuestInfoList> ListGuestsAsync(CancellationToken cancel) => inner.ListGuestsAsync(cancel);

    public Task<GuestInfo> SetGuestAsync(SetGuestRequest request, CancellationToken cancel) => Told(request, () => inner.SetGuestAsync(request, cancel));

    public Task<GuestInfo> RevokeGuestAsync(RevokeGuestRequest request, CancellationToken cancel) => Told(request, () => inner.RevokeGuestAsync(request, cancel));

    public Task<CreateInviteReply> CreateInviteAsync(CreateInviteRequest request, CancellationToken cancel) => Told(request, () => inner.CreateInviteAsync(request, cancel));

    public Task<InviteInfoList> ListInvitesAsync(CancellationToken cancel) => inner.ListInvitesAsync(cancel);

    public Task<InviteInfo> RevokeInviteAsync(RevokeInviteRequest request, CancellationToken cancel) => Told(request, () => inner.RevokeInviteAsync(request, cancel));

    private Task<T> Told<T>(object request, Func<Task<T>> action)
        where T : class => AuditInterceptor.AuditedAsync(log, AuditWords.Of(request, AuditActor.Local)!, action);
}
