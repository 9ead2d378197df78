using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Guest.Agent;

/// <summary>The joined directories over the control socket.</summary>
internal sealed class GuestBindingsService(IBindings bindings) : GuestBindings.GuestBindingsBase
{
    public override Task<BindingInfo> AddBinding(BindingInfo request, ServerCallContext context) => bindings.AddAsync(request, context.CancellationToken);

    public override Task<BindingInfoList> ListBindings(ListBindingsRequest request, ServerCallContext context) =>
        bindings.ListAsync(context.CancellationToken);

    public override Task<BindingInfo> Leave(LeaveRequest request, ServerCallContext context) =>
        bindings.LeaveAsync(request.Directory, context.CancellationToken);
}
