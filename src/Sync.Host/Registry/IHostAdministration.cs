using Sync.Protocol.Control;

namespace Sync.Host.Registry;

/// <summary>What is configured on a host, in the control API's messages: in this process, or in the running agent's.</summary>
internal interface IHostAdministration
{
    Task<ShareInfo> AddShareAsync(AddShareRequest request, CancellationToken cancel);

    Task<ShareInfoList> ListSharesAsync(CancellationToken cancel);

    Task<ShareInfo> GetShareAsync(GetShareRequest request, CancellationToken cancel);

    Task<ShareInfo> SetShareAsync(SetShareRequest request, CancellationToken cancel);

    Task<ShareInfo> RemoveShareAsync(RemoveShareRequest request, CancellationToken cancel);

    Task<GuestInfoList> ListGuestsAsync(CancellationToken cancel);

    Task<GuestInfo> SetGuestAsync(SetGuestRequest request, CancellationToken cancel);

    Task<GuestInfo> RevokeGuestAsync(RevokeGuestRequest request, CancellationToken cancel);

    Task<CreateInviteReply> CreateInviteAsync(CreateInviteRequest request, CancellationToken cancel);

    Task<InviteInfoList> ListInvitesAsync(CancellationToken cancel);

    Task<InviteInfo> RevokeInviteAsync(RevokeInviteRequest request, CancellationToken cancel);
}
