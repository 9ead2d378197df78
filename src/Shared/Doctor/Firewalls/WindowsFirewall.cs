namespace Sync.Shared.Doctor.Firewalls;

/// <summary>
/// <c>netsh advfirewall show currentprofile</c> and <c>netsh advfirewall firewall show rule name=all dir=in</c>, of an English Windows: in
/// another language nothing is recognised, and nothing is claimed.
/// </summary>
internal static class WindowsFirewall
{
    /// <summary>Whether the profile in force is on; null where the text is not understood.</summary>
    public static bool? IsOn(string profile)
    {
        foreach (var line in profile.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words is ["State", var state])
                return state.Equals("ON", StringComparison.OrdinalIgnoreCase);
        }

        return null;
    }

    /// <summary>What the rules say of a port: a rule that blocks goes before one that allows; without any, what comes in is blocked.</summary>
    public static FirewallVerdict Judge(string rules, int port)
    {
        var verdict = FirewallVerdict.Blocked;
        var rule = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var raw in rules.Split('\n').Append("Rule Name:"))
        {
            var line = raw.Trim();
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            if (line.StartsWith("Rule Name:", StringComparison.Ordinal))
            {
                if (Concerns(rule, port))
                {
                    if (rule.GetValueOrDefault("Action") is "Block")
                        return FirewallVerdict.Blocked;
                    verdict = FirewallVerdict.Allowed;
                }

                rule.Clear();
            }

            rule[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return verdict;
    }

    private static bool Concerns(Dictionary<string, string> rule, int port) =>
        rule.GetValueOrDefault("Enabled") is "Yes"
        && rule.GetValueOrDefault("Direction") is "In"
        && rule.GetValueOrDefault("Protocol") is "TCP" or "Any"
        && rule.GetValueOrDefault("LocalPort") is { } ports
        // "Any" is nearly always a rule for one program, which netsh does not name without "verbose".
        && ports.Split(',').Any(p => PortText.Covers(p, port));
}
