using Sync.Guest.Config;

namespace Sync.Guest.Agent;

/// <summary>What a change of the bindings sets in motion.</summary>
internal interface IBindingRuntime
{
    /// <summary>Starts a binding that was added.</summary>
    void Open(BindingRecord binding);

    /// <summary>Stops a binding that was left.</summary>
    Task CloseAsync(BindingRecord binding);
}
