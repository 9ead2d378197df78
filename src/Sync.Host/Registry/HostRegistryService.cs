using Grpc.Core;
using Sync.Host.Access;
using Sync.Protocol.Control;

namespace Sync.Host.Registry;

/// <summary>The host's configuration over the control socket.</summary>
internal sealed class HostRegistryService(IHostAdministration administration) : HostRegistry.HostRegistryBase
{
    public override Task<ShareInfo> AddShare(AddShareRequest request, ServerCallContext context) =>
        administration.AddShareAsync(request, context.CancellationToken);

    public override async Task<ShareInfoList> ListShares(ListSharesRequest request, ServerCallContext context) =>
        CallerView.Of(await administration.ListSharesAsync(context.CancellationToken), ApiCaller.Of(context));

    public override Task<ShareInfo> GetShare(GetShareRequest request, ServerCallContext context) =>
        administration.GetShareAsync(request, context.CancellationToken);

    public override Task<ShareInfo> SetShare(SetShareRequest request, ServerCallContext context) =>
        administration.SetShareAsync(request, context.CancellationToken);

    public override Task<ShareInfo> RemoveShare(RemoveShareRequest request, ServerCallContext context) =>
        administration.RemoveShareAsync(request, context.CancellationToken);

    public override async Task<GuestInfoList> ListGuests(ListGuestsRequest request, ServerCallContext context) =>
        CallerView.Of(await administration.ListGuestsAsync(context.CancellationToken), ApiCaller.Of(context));

    public override Task<GuestInfo> SetGuest(SetGuestRequest request, ServerCallContext context) =>
        administration.SetGuestAsync(request, context.CancellationToken);

    public override Task<GuestInfo> RevokeGuest(RevokeGuestRequest request, ServerCallContext context) =>
        administration.RevokeGuestAsync(request, context.CancellationToken);

    public override Task<CreateInviteReply> CreateInvite(CreateInviteRequest request, ServerCallContext context) =>
        administration.CreateInviteAsync(request, context.CancellationToken);

    public override Task<InviteInfoList> ListInvites(ListInvitesRequest request, ServerCallContext context) =>
        administration.ListInvitesAsync(context.CancellationToken);

    public override Task<InviteInfo> RevokeInvite(RevokeInviteRequest request, ServerCallContext context) =>
        administration.RevokeInviteAsync(request, context.CancellationToken);
}
