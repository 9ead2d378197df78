using Sync.Protocol.Control;

namespace Sync.Host.Registry;

/// <summary>The configuration of the running agent.</summary>
internal sealed class RemoteAdministration(HostRegistry.HostRegistryClient client) : IHostAdministration
{
    public Task<ShareInfo> AddShareAsync(AddShareRequest request, CancellationToken cancel) =>
        client.AddShareAsync(request, cancellationToken: cancel).ResponseAsync;

    public Task<ShareInfoList> ListSharesAsync(CancellationToken cancel) =>
        client.ListSharesAsync(new ListSharesRequest(), cancellationToken: cancel).ResponseAsync;

    public Task<ShareInfo> GetShareAsync(GetShareRequest request, CancellationToken cancel) =>
        client.GetShareAsync(request, cancellationToken: cancel).ResponseAsync;

    public Task<ShareInfo> SetShareAsync(SetShareRequest request, CancellationToken cancel) =>
        client.SetShareAsync(request, cancellationToken: cancel).ResponseAsync;

    public Task<ShareInfo> RemoveShareAsync(RemoveShareRequest request, CancellationToken cancel) =>
        client.RemoveShareAsync(request, cancellationToken: cancel).ResponseAsync;

    public Task<GuestInfoList> ListGuestsAsync(CancellationToken cancel) =>
        client.ListGuestsAsync(new ListGuestsRequest(), cancellationToken: cancel).ResponseAsync;

    public Task<GuestInfo> SetGuestAsync(SetGuestRequest request, CancellationToken cancel) =>
        client.SetGuestAsync(request, cancellationToken: cancel).ResponseAsync;

    public Task<GuestInfo> RevokeGuestAsync(RevokeGuestRequest request, CancellationToken cancel) =>
        client.RevokeGuestAsync(request, cancellationToken: cancel).ResponseAsync;

    public Task<CreateInviteReply> CreateInviteAsync(CreateInviteRequest request, CancellationToken cancel) =>
        client.CreateInviteAsync(request, cancellationToken: cancel).ResponseAsync;

    public Task<InviteInfoList> ListInvitesAsync(CancellationToken cancel) =>
        client.ListInvitesAsync(new ListInvitesRequest(), cancellationToken: cancel).ResponseAsync;

    public Task<InviteInfo> RevokeInviteAsync(RevokeInviteRequest request, CancellationToken cancel) =>
        client.RevokeInviteAsync(request, cancellationToken: cancel).ResponseAsync;
}
