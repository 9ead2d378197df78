using Sync.Host.Config;
using Sync.Shared.Completions;
using Sync.Shared.Data;

namespace Sync.Host.Commands;

/// <summary>The host's names, for completion.</summary>
internal static class HostNames
{
    public static CompletionNames Of(DataDirectory data)
    {
        var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig()).Current;
        return new CompletionNames([.. config.Shares.Select(s => s.Name)], [.. config.Guests.Select(g => g.Name)]);
    }
}
