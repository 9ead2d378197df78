using Sync.Protocol.Control;

namespace Sync.Guest.Agent;

/// <summary>The joined directories: in this process, or in the running agent's.</summary>
internal interface IBindings
{
    Task<BindingInfo> AddAsync(BindingInfo binding, CancellationToken cancel);

    Task<BindingInfoList> ListAsync(CancellationToken cancel);

    Task<BindingInfo> LeaveAsync(string directory, CancellationToken cancel);
}
