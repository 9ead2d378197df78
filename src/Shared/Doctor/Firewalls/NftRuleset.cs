using System.Text.RegularExpressions;

namespace Sync.Shared.Doctor.Firewalls;

/// <summary>
/// <c>nft list ruleset</c>, as far as a port needs it: base chains on the input hook, and rules for the port anywhere in their tables. It is no
/// simulation: a rule for the port that also asks for an address or an interface counts as one for the port.
/// </summary>
internal sealed partial class NftRuleset
{
    private readonly List<Chain> _chains = [];

    /// <summary>The chain that blocks, for a command that mends it: family, table, chain; null if none.</summary>
    public string? BlockingChain { get; private set; }

    public static NftRuleset Parse(string text)
    {
        var ruleset = new NftRuleset();
        var table = "";
        Chain? chain = null;
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (TableLine().Match(line) is { Success: true } tableMatch)
            {
                table = tableMatch.Groups["table"].Value;
            }
            else if (ChainLine().Match(line) is { Success: true } chainMatch)
            {
                chain = new Chain(table, chainMatch.Groups["chain"].Value);
                ruleset._chains.Add(chain);
            }
            else if (line == "}")
            {
                chain = null;
            }
            else if (chain is not null && line.Length > 0)
            {
                chain.Add(line);
            }
        }

        return ruleset;
    }

    /// <summary>What they say of the port. Every base chain must let it in.</summary>
    public FirewallVerdict Judge(int port)
    {
        var verdict = FirewallVerdict.Open;
        foreach (var input in _chains.Where(c => c.IsInput))
        {
            var table = _chains.Where(c => c.Table == input.Table).ToList();
            if (table.Exists(c => c.Accepts(port)))
            {
                verdict = FirewallVerdict.Allowed;
            }
            else if (input.DropsTheRest || table.Exists(c => c.Drops(port)))
            {
                BlockingChain = $"{input.Table} {input.Name}";
                return FirewallVerdict.Blocked;
            }
        }

        return verdict;
    }

    [GeneratedRegex(@"^table (?<table>\S+ \S+) \{$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TableLine();

    [GeneratedRegex(@"^chain (?<chain>\S+) \{$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ChainLine();

    [GeneratedRegex(@"\btcp dport (?<not>!= )?(?<ports>\{[^}]*\}|\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ports();

    private sealed class Chain(string table, string name)
    {
        private readonly List<string> _rules = [];

        public string Table { get; } = table;

        public string Name { get; } = name;

        public bool IsInput { get; private set; }

        /// <summary>By its policy, or by a last rule for everything.</summary>
        public bool DropsTheRest { get; private set; }

        public void Add(string line)
        {
            if (line.StartsWith("type ", StringComparison.Ordinal))
            {
                IsInput = line.Contains(" hook input ", StringComparison.Ordinal);
                DropsTheRest = line.Contains("policy drop", StringComparison.Ordinal);
                return;
            }

            _rules.Add(line);
            if (Verdict(line) is "drop" or "reject" && (line.StartsWith("drop", StringComparison.Ordinal) || line.StartsWith("reject", StringComparison.Ordinal) || line.StartsWith("counter", StringComparison.Ordinal)))
                DropsTheRest = true;
        }

        public bool Accepts(int port) => _rules.Exists(rule => Verdict(rule) is "accept" && Names(rule, port));

        public bool Drops(int port) => _rules.Exists(rule => Verdict(rule) is "drop" or "reject" && Names(rule, port));

        private static string? Verdict(string rule)
        {
            foreach (var word in rule.Split(' '))
            {
                if (word is "accept" or "drop" or "reject")
                    return word;
            }

            return null;
        }

        private static bool Names(string rule, int port)
        {
            if (Ports().Match(rule) is not { Success: true } match)
                return false;
            var named = match.Groups["ports"].Value.Trim('{', '}', ' ').Split(',').Any(part => PortText.Covers(part.Trim(), port));
            return named != match.Groups["not"].Success;
        }
    }
}
