namespace Sync.Shared.Settings;

/// <summary>A setting as somebody has set it.</summary>
/// <param name="Key">Its key, as it is written in <see cref="SettingDefinition"/>s, with the names that stand for '*' and '#'.</param>
/// <param name="Text">What it is set to.</param>
/// <param name="Source">By whom: <c>default</c>, <c>settings.json:LINE</c>, a variable of the environment, a flag.</param>
internal sealed record SettingValue(string Key, string Text, string Source);
