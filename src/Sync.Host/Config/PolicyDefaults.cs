using System.Globalization;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Settings;

namespace Sync.Host.Config;

/// <summary>The policy that settings give to shares that are added. Pure.</summary>
internal static class PolicyDefaults
{
    public static PolicyInfo Of(AgentSettings settings)
    {
        var policy = new PolicyInfo();
        if (settings.Text("policy:direction") is { } direction)
            policy.Direction = direction;
        if (settings.Text("policy:conflicts") is { } conflicts)
            policy.Conflicts = conflicts;
        if (Number("policy:maxDelete") is { } maxDelete)
            policy.MaxDeletePercent = maxDelete;
        if (settings.Text("policy:minFree") is { } minFree && Quantity.TryParseBytes(minFree, out var bytes))
            policy.MinFreeBytes = bytes;
        if (Number("policy:versionDays") is { } days)
            policy.VersionDays = days;
        if (Number("policy:versionPercent") is { } percent)
            policy.VersionPercent = percent;
        return policy;

        int? Number(string key) => settings.Text(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
    }
}
