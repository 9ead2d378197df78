using Sync.Protocol.Control;
using Sync.Shared.Settings;

namespace Sync.Shared.Control;

/// <summary>Settings as the control API has them.</summary>
internal static class SettingsMapping
{
    public static SettingList ToList(AgentSettings settings, IReadOnlyList<SettingDefinition> definitions)
    {
        var list = new SettingList();
        list.Settings.AddRange(settings.Values.Select(v => new SettingItem
        {
            Key = v.Key,
            Value = v.Text,
            Source = v.Source,
            Live = definitions.First(d => d.Matches(v.Key)).IsLive,
        }));
        return list;
    }
}
