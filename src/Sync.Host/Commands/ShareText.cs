using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Host.Commands;

/// <summary>A share and its policy as plain text.</summary>
internal static class ShareText
{
    public static void Write(TextWriter output, ShareInfo share)
    {
        var policy = share.Policy;
        Line(output, "share", share.Name);
        Line(output, "path", share.Path);
        Line(output, "paused", YesNo(share.Paused));
        Line(output, "on-demand", YesNo(policy.OnDemand));
        Line(output, "direction", policy.Direction);
        Line(output, "conflicts", policy.Conflicts);
        foreach (var pattern in policy.ConflictPatterns?.Items ?? [])
            Line(output, "", $"{pattern.Pattern} = {pattern.Policy}");
        Line(output, "ignore", string.Join("  ", policy.Ignore?.Items ?? []));
        Line(output, "vcs-ignore", YesNo(policy.VcsIgnore));
        Line(output, "ownership", YesNo(policy.Ownership));
        Line(output, "max-delete", FormattableString.Invariant($"{policy.MaxDeletePercent} %"));
        Line(output, "min-free", Printable.Bytes(policy.MinFreeBytes));
        Line(output, "versions", FormattableString.Invariant($"{policy.VersionDays} days, {policy.VersionPercent} % of the disk"));
    }

    /// <summary>What a guest may do, in a word or two.</summary>
    public static string Right(bool readOnly, bool ephemeral, bool visits = false) => (readOnly ? "read" : "read-write") + (ephemeral ? ", ephemeral" : "") + (visits ? ", visits" : "");

    private static void Line(TextWriter output, string name, string value) =>
        output.WriteLine((name.PadRight(12) + Printable.Text(value)).TrimEnd());

    private static string YesNo(bool value) => value ? "yes" : "no";
}
