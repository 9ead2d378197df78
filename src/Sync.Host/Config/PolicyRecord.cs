using Sync.Engine.Model;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Host.Config;

/// <summary>A share's policy, in the command line's words.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record PolicyRecord
{
    private static readonly SharePolicy Usual = new();

    public string Direction { get; set; } = "two-way";

    public string Conflicts { get; set; } = ReplicaWords.Of(Usual.Conflicts);

    public IReadOnlyList<PatternRecord> ConflictPatterns { get; set; } = [];

    public IReadOnlyList<string> Ignore { get; set; } = [];

    public bool VcsIgnore { get; set; } = Usual.VcsIgnore;

    public bool Ownership { get; set; } = Usual.Ownership;

    public int MaxDeletePercent { get; set; } = Usual.MaxDeletePercent;

    public long MinFreeBytes { get; set; } = Usual.MinFreeBytes;

    public int VersionDays { get; set; } = Usual.VersionDays;

    public int VersionPercent { get; set; } = Usual.VersionPercent;

    /// <summary>Nothing moves until a job says so.</summary>
    public bool OnDemand { get; init; }

    /// <summary>This with what a request names changed, checked.</summary>
    public PolicyRecord With(PolicyInfo? change)
    {
        if (change is null)
            return this;
        var next = this with
        {
            Direction = change.HasDirection ? change.Direction : Direction,
            Conflicts = change.HasConflicts ? change.Conflicts : Conflicts,
            ConflictPatterns = change.ConflictPatterns is { } patterns ? [.. patterns.Items.Select(p => new PatternRecord(p.Pattern, p.Policy))] : ConflictPatterns,
            Ignore = change.Ignore is { } ignore ? [.. ignore.Items] : Ignore,
            VcsIgnore = change.HasVcsIgnore ? change.VcsIgnore : VcsIgnore,
            Ownership = change.HasOwnership ? change.Ownership : Ownership,
            MaxDeletePercent = change.HasMaxDeletePercent ? change.MaxDeletePercent : MaxDeletePercent,
            MinFreeBytes = change.HasMinFreeBytes ? change.MinFreeBytes : MinFreeBytes,
            VersionDays = change.HasVersionDays ? change.VersionDays : VersionDays,
            VersionPercent = change.HasVersionPercent ? change.VersionPercent : VersionPercent,
            OnDemand = change.HasOnDemand ? change.OnDemand : OnDemand,
        };
        _ = next.ToPolicy();
        return next;
    }

    /// <summary>For the engine.</summary>
    /// <exception cref="CommandFailure">A word or number is not one of those that are known.</exception>
    public SharePolicy ToPolicy()
    {
        if (!ReplicaWords.TryParseGuest(Direction, out var direction))
            throw Wrong("direction", Direction, "two-way, to-guest, to-host or mirror");
        return new SharePolicy
        {
            Conflicts = ParseConflicts(Conflicts),
            ConflictPatterns = [.. ConflictPatterns.Select(p => KeyValuePair.Create(p.Pattern, ParseConflicts(p.Policy)))],
            Ignore = Ignore,
            VcsIgnore = VcsIgnore,
            Ownership = Ownership,
            MaxDeletePercent = Within("max-delete", MaxDeletePercent, 1, 100),
            MinFreeBytes = MinFreeBytes >= 0 ? MinFreeBytes : throw Wrong("min-free", MinFreeBytes, "0 or more"),
            VersionDays = Within("version-days", VersionDays, 0, 36_500),
            VersionPercent = Within("version-percent", VersionPercent, 0, 90),
            GuestDirection = direction,
            // What only flows to the host, the host only receives. To guests it sends, and still takes what a guest of another direction
            // may send.
            HostDirection = direction == SyncDirection.SendOnly ? SyncDirection.ReceiveOnly : SyncDirection.TwoWay,
        };
    }

    /// <summary>For the control API.</summary>
    public PolicyInfo ToInfo()
    {
        var info = new PolicyInfo
        {
            Direction = Direction,
            Conflicts = Conflicts,
            ConflictPatterns = new ConflictPatternList(),
            Ignore = new PatternList(),
            VcsIgnore = VcsIgnore,
            Ownership = Ownership,
            MaxDeletePercent = MaxDeletePercent,
            MinFreeBytes = MinFreeBytes,
            VersionDays = VersionDays,
            VersionPercent = VersionPercent,
            OnDemand = OnDemand,
        };
        info.ConflictPatterns.Items.AddRange(ConflictPatterns.Select(p => new ConflictPattern { Pattern = p.Pattern, Policy = p.Policy }));
        info.Ignore.Items.AddRange(Ignore);
        return info;
    }

    private static ConflictPolicy ParseConflicts(string word) =>
        ReplicaWords.TryParse(word, out var policy) ? policy : throw Wrong("conflicts", word, "keep-both, host-wins, guest-wins or newest-wins");

    private static int Within(string name, int value, int least, int most) =>
        value >= least && value <= most ? value : throw Wrong(name, value, FormattableString.Invariant($"{least} to {most}"));

    private static CommandFailure Wrong(string name, object value, string known) =>
        new(ExitCode.Usage, Printable.Text(FormattableString.Invariant($"{name} '{value}' is not {known}")));
}
