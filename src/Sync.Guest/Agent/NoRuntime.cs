using Sync.Guest.Config;

namespace Sync.Guest.Agent;

/// <summary>While no agent runs, a change is only remembered.</summary>
internal sealed class NoRuntime : IBindingRuntime
{
    public void Open(BindingRecord binding)
    {
        // Starts with the agent.
    }

    public Task CloseAsync(BindingRecord binding) => Task.CompletedTask;
}
