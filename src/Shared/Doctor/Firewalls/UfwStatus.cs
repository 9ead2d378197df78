namespace Sync.Shared.Doctor.Firewalls;

/// <summary><c>ufw status verbose</c>.</summary>
internal static class UfwStatus
{
    /// <summary>Whether it is switched on.</summary>
    public static bool IsActive(string text) => text.Split('\n').Any(line => line.Trim().Equals("Status: active", StringComparison.Ordinal));

    /// <summary>What it says of a port. The first rule for it counts, then the default.</summary>
    public static FirewallVerdict Judge(string text, int port)
    {
        var open = false;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("Default:", StringComparison.Ordinal))
            {
                open = line.Contains("allow (incoming)", StringComparison.Ordinal);
                continue;
            }

            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || (words[0] is not "Anywhere" && !words[0].Split(',').Any(p => PortText.Covers(p, port))))
                continue;
            if (Array.Exists(words, w => w is "ALLOW" or "LIMIT"))
                return FirewallVerdict.Allowed;
            // One that turns away a single address says nothing of the others.
            if (Array.Exists(words, w => w is "DENY" or "REJECT") && words[^1] is "Anywhere")
                return FirewallVerdict.Blocked;
        }

        return open ? FirewallVerdict.Open : FirewallVerdict.Blocked;
    }
}
