namespace Sync.Shared.Output.Json;

/// <summary>The control API has no null text; JSON has.</summary>
internal static class Text
{
    public static string? OrNull(string value) => value.Length == 0 ? null : value;

    public static DateTimeOffset Moment(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
}
