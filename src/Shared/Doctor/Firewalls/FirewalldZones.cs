namespace Sync.Shared.Doctor.Firewalls;

/// <summary><c>firewall-cmd --list-all-zones</c>: the zones that are active, and what they let in.</summary>
internal static class FirewalldZones
{
    /// <summary>What the active zones say of a port. One that lets it in is enough: which interface guests come by is not known.</summary>
    public static FirewallVerdict Judge(string text, int port)
    {
        var active = false;
        var verdict = FirewallVerdict.Open;
        foreach (var line in text.Split('\n'))
        {
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
            {
                active = line.Contains("(active", StringComparison.Ordinal) || line.Contains(", active", StringComparison.Ordinal);
                if (active && verdict == FirewallVerdict.Open)
                    verdict = FirewallVerdict.Blocked;
                continue;
            }

            if (!active)
                continue;
            var (key, value) = Split(line);
            if ((key is "target" && value is "ACCEPT") || (key is "ports" && value.Split(' ').Any(p => PortText.Covers(p, port))))
                return FirewallVerdict.Allowed;
        }

        return verdict;
    }

    private static (string Key, string Value) Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (line[..colon].Trim(), line[(colon + 1)..].Trim());
    }
}
