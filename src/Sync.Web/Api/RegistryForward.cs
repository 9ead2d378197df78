using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Shares, guests, invites: passed on to the host.</summary>
internal sealed class RegistryForward : HostRegistry.HostRegistryBase
{
    public override Task<ShareInfo> AddShare(AddShareRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.AddShareAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<ShareInfoList> ListShares(ListSharesRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.ListSharesAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<ShareInfo> GetShare(GetShareRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.GetShareAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<ShareInfo> SetShare(SetShareRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.SetShareAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<ShareInfo> RemoveShare(RemoveShareRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.RemoveShareAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<GuestInfoList> ListGuests(ListGuestsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.ListGuestsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<GuestInfo> SetGuest(SetGuestRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.SetGuestAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<GuestInfo> RevokeGuest(RevokeGuestRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.RevokeGuestAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<CreateInviteReply> CreateInvite(CreateInviteRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.CreateInviteAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<InviteInfoList> ListInvites(ListInvitesRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.ListInvitesAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<InviteInfo> RevokeInvite(RevokeInviteRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Registry.RevokeInviteAsync(request, Forwarding.Options(context)).ResponseAsync;
}
