using Sync.Guest.Config;
using Sync.Shared.Completions;
using Sync.Shared.Data;

namespace Sync.Guest.Commands;

/// <summary>The guest's names, for completion.</summary>
internal static class GuestNames
{
    public static CompletionNames Of(DataDirectory data)
    {
        var config = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig()).Current;
        return new CompletionNames([.. config.Bindings.Select(b => b.Share)], [.. config.Bindings.Select(b => b.Name)]);
    }
}
