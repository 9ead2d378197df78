using Sync.Protocol.Control;

namespace Sync.Guest.Agent;

/// <summary>The joined directories of the running agent.</summary>
internal sealed class RemoteBindings(GuestBindings.GuestBindingsClient client) : IBindings
{
    public Task<BindingInfo> AddAsync(BindingInfo binding, CancellationToken cancel) =>
        client.AddBindingAsync(binding, cancellationToken: cancel).ResponseAsync;

    public Task<BindingInfoList> ListAsync(CancellationToken cancel) =>
        client.ListBindingsAsync(new ListBindingsRequest(), cancellationToken: cancel).ResponseAsync;

    public Task<BindingInfo> LeaveAsync(string directory, CancellationToken cancel) =>
        client.LeaveAsync(new LeaveRequest { Directory = directory }, cancellationToken: cancel).ResponseAsync;
}
