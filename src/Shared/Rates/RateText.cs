using Sync.Shared.Output;

namespace Sync.Shared.Rates;

/// <summary>Rates as people write them.</summary>
internal static class RateText
{
    /// <summary>Slower would take minutes for one frame, and look like a link that is broken.</summary>
    public const long Slowest = 1024;

    /// <summary>Reads bytes a second; 0 is no limit.</summary>
    public static bool TryParse(string text, out long rate) => Quantity.TryParseBytes(text, out rate) && rate is 0 or >= Slowest;
}
