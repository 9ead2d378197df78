using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary>A command's way to the configuration: through the agent where one runs, else with the data directory's lock.</summary>
internal sealed class ConfigAccess : IDisposable
{
    // An agent that just starts holds the lock before it listens.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DataLock? _lock;

    private ConfigAccess(AgentConnection? agent, DataLock? held)
    {
        Agent = agent;
        _lock = held;
    }

    /// <summary>The running agent; null where this process holds the lock instead.</summary>
    public AgentConnection? Agent { get; }

    public static async Task<ConfigAccess> OpenAsync(DataDirectory data, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (AgentConnection.TryOpen(data) is { } agent)
                return new ConfigAccess(agent, held: null);
            if (DataLock.TryTake(data) is { } taken)
                return new ConfigAccess(agent: null, taken);
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw DataLock.Taken(data);
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Agent?.Dispose();
        _lock?.Dispose();
    }
}
