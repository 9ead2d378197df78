namespace Sync.Shared.Output.Json;

/// <summary>A setting of <see cref="SettingsOutput"/>.</summary>
internal sealed record SettingOutput(string Key, string Value, string Source, bool Live);
