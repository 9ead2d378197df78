namespace Sync.Shared.Output.Json;

/// <summary><c>config show --json</c>.</summary>
/// <param name="Running">They are those of the running agent, not those of its next start.</param>
/// <param name="File">settings.json, whether it is there or not.</param>
/// <param name="Settings">By key.</param>
internal sealed record SettingsOutput(bool Running, string File, IReadOnlyList<SettingOutput> Settings);
