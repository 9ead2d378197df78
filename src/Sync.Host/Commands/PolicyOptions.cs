using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;

namespace Sync.Host.Commands;

/// <summary>The options that make up a share's policy, for <c>share add</c> and <c>share set</c>.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<string?> _direction = CommonOptions.Direction("Which way changes flow: to and from guests, or one way; mirror keeps guests exact copies");
    private readonly Option<string?> _conflicts = CommonOptions.Conflicts("How conflicts end");
    private readonly Option<string[]> _patterns = new("--conflict-pattern") { Description = "A policy for paths that match; may be repeated, the last that matches counts", HelpName = "PATTERN=POLICY" };
    private readonly Option<string[]> _ignore = new("--ignore") { Description = "Leave matching paths out, as a line of .syncignore; may be repeated; '' clears", HelpName = "PATTERN" };
    private readonly Option<bool?> _vcsIgnore = new("--vcs-ignore") { Description = "Honour .gitignore files too, and leave .git out" };
    private readonly Option<bool?> _ownership = new("--ownership") { Description = "Sync numeric owner and group (needs root on every side)" };
    private readonly Option<int?> _maxDelete = new("--max-delete") { Description = "Halt before deleting more than this part of the entries (50); 100 never halts", HelpName = "PERCENT" };
    private readonly Option<string?> _minFree = new("--min-free") { Description = "Put nothing new in place while the disk has less free than this (64M; a twentieth of a smaller one)", HelpName = "SIZE" };
    private readonly Option<int?> _versionDays = new("--version-days") { Description = "Keep what sync overwrote or deleted so long (30)", HelpName = "DAYS" };
    private readonly Option<int?> _versionPercent = new("--version-percent") { Description = "The most of the disk that it may take (10)", HelpName = "PERCENT" };
    private readonly Option<bool?> _onDemand = new("--on-demand") { Description = "Nothing moves until a job says so (sync-host job start)" };

    public PolicyOptions()
    {
        _patterns.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                var split = token.Value.LastIndexOf('=');
                if (split <= 0 || !ReplicaWords.TryParse(token.Value[(split + 1)..], out Sync.Engine.Model.ConflictPolicy _))
                    result.AddError($"'{token.Value}' is not PATTERN=POLICY, with keep-both, host-wins, guest-wins or newest-wins.");
            }
        });
        _minFree.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !Quantity.TryParseBytes(text, out _))
                result.AddError($"'{text}' is not a size such as 64M or 10G.");
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_direction);
        command.Add(_conflicts);
        command.Add(_patterns);
        command.Add(_ignore);
        command.Add(_vcsIgnore);
        command.Add(_ownership);
        command.Add(_maxDelete);
        command.Add(_minFree);
        command.Add(_versionDays);
        command.Add(_versionPercent);
        command.Add(_onDemand);
    }

    /// <summary>What was said; the rest is absent.</summary>
    public PolicyInfo Read(ParseResult parsed)
    {
        var policy = new PolicyInfo();
        if (parsed.GetValue(_direction) is { } direction)
            policy.Direction = direction;
        if (parsed.GetValue(_conflicts) is { } conflicts)
            policy.Conflicts = conflicts;
        if (parsed.GetValue(_patterns) is { Length: > 0 } patterns)
        {
            policy.ConflictPatterns = new ConflictPatternList();
            foreach (var pattern in patterns)
            {
                var split = pattern.LastIndexOf('=');
                policy.ConflictPatterns.Items.Add(new ConflictPattern { Pattern = pattern[..split], Policy = pattern[(split + 1)..] });
            }
        }

        if (parsed.GetValue(_ignore) is { Length: > 0 } ignore)
        {
            policy.Ignore = new PatternList();
            policy.Ignore.Items.AddRange(ignore.Where(line => line.Length > 0));
        }

        if (parsed.GetValue(_vcsIgnore) is { } vcsIgnore)
            policy.VcsIgnore = vcsIgnore;
        if (parsed.GetValue(_ownership) is { } ownership)
            policy.Ownership = ownership;
        if (parsed.GetValue(_maxDelete) is { } maxDelete)
            policy.MaxDeletePercent = maxDelete;
        if (parsed.GetValue(_minFree) is { } minFree && Quantity.TryParseBytes(minFree, out var bytes))
            policy.MinFreeBytes = bytes;
        if (parsed.GetValue(_versionDays) is { } versionDays)
            policy.VersionDays = versionDays;
        if (parsed.GetValue(_versionPercent) is { } versionPercent)
            policy.VersionPercent = versionPercent;
        if (parsed.GetValue(_onDemand) is { } onDemand)
            policy.OnDemand = onDemand;
        return policy;
    }
}
