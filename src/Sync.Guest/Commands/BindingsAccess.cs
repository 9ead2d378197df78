using Sync.Guest.Agent;
using Sync.Guest.Config;
using Sync.Shared.Commands;
using Sync.Shared.Data;

namespace Sync.Guest.Commands;

/// <summary>A command's way to the joined directories, whether the agent runs or not.</summary>
internal sealed class BindingsAccess : IDisposable
{
    private readonly ConfigAccess _access;

    private BindingsAccess(ConfigAccess access, IBindings bindings)
    {
        _access = access;
        Bindings = bindings;
    }

    public IBindings Bindings { get; }

    /// <summary>Whether the agent runs, and so a change takes effect at once.</summary>
    public bool IsLive => _access.Agent is not null;

    public static async Task<BindingsAccess> OpenAsync(DataDirectory data, CancellationToken cancel)
    {
        var access = await ConfigAccess.OpenAsync(data, cancel);
        if (access.Agent is { } agent)
            return new BindingsAccess(access, new RemoteBindings(agent.GuestBindings));
        try
        {
            var config = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig());
            return new BindingsAccess(access, new LocalBindings(config, data, new NoRuntime()));
        }
        catch
        {
            access.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _access.Dispose();
}
