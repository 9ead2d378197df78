using Sync.Protocol.Control;

namespace Sync.Web.Dashboard.Model;

/// <summary>How a share stands, in words. Pure.</summary>
/// <param name="Tone">How grave it is.</param>
/// <param name="Words">Such as "In sync", "312 files behind", "Halted".</param>
/// <param name="Reason">Why, and what to do; empty if there is nothing to say.</param>
public sealed record ShareState(Tone Tone, string Words, string Reason)
{
    /// <summary>The state of a share on its host: what its own directory lacks counts, then what connected guests lack.</summary>
    /// <param name="share">What the host says of it.</param>
    /// <param name="onDemand">Whether nothing moves until a job says so.</param>
    public static ShareState Of(ReplicaInfo share, bool onDemand = false)
    {
        var connected = share.Guests.Where(g => g.Connected).ToList();
        var behind = connected.Where(g => g.PendingEntries > 0).ToList();
        var own = share.PendingIn + share.PendingOut;
        return share.State switch
        {
            "halted" => new ShareState(Tone.Bad, "Halted", Spoken.Sentence(share.Reason)),
            "refused" => new ShareState(Tone.Bad, "Refused", Spoken.Sentence(share.Reason)),
            "disconnected" => new ShareState(Tone.Warn, "Not connected", Spoken.Sentence(share.Reason)),
            "paused" when onDemand => new ShareState(Tone.Quiet, "On demand", "Nothing moves until a job says so"),
            "paused" => new ShareState(Tone.Quiet, "Paused", Spoken.Sentence(share.Reason)),
            "scanning" => new ShareState(Tone.Busy, "Looking through the directory", share.Files > 0 ? Spoken.Count(share.Files, "file", "files") + " so far" : ""),
            "syncing" when own > 0 => new ShareState(Tone.Busy, Behind(own), "The host itself"),
            _ when behind.Count == 1 => new ShareState(Tone.Busy, Behind(behind[0].PendingEntries), behind[0].Name),
            _ when behind.Count > 1 => new ShareState(Tone.Busy, Behind(behind.Max(g => g.PendingEntries)), $"{Spoken.Count(behind.Count, "guest", "guests")} of {Spoken.Number(connected.Count)}"),
            "syncing" => new ShareState(Tone.Busy, "Syncing", Spoken.Sentence(share.Reason)),
            "in-sync" when share.ProblemCount > 0 => new ShareState(Tone.Warn, "In sync, but for " + Spoken.Count(share.ProblemCount, "path", "paths"), Spoken.Sentence(share.Reason)),
            "in-sync" when share.Conflicts > 0 => new ShareState(Tone.Warn, "In sync, with " + Spoken.Count(share.Conflicts, "conflict", "conflicts"), Spoken.Sentence(share.Reason)),
            "in-sync" when share.Guests.Count > connected.Count => new ShareState(Tone.Good, "In sync", Away(share.Guests.Count - connected.Count)),
            "in-sync" => new ShareState(Tone.Good, "In sync", Spoken.Sentence(share.Reason)),
            var other => new ShareState(Tone.Quiet, Spoken.Sentence(other), Spoken.Sentence(share.Reason)),
        };
    }

    /// <summary>All shares in one line: the page's headline.</summary>
    public static ShareState OfAll(IReadOnlyCollection<ReplicaInfo> shares, Predicate<string>? onDemand = null)
    {
        if (shares.Count == 0)
            return new ShareState(Tone.Quiet, "No shares yet", "");
        var states = shares.Select(s => (Share: s, State: Of(s, onDemand?.Invoke(s.Name) is true))).ToList();
        foreach (var (tone, one, many) in ((Tone, string, string)[])[(Tone.Bad, "needs you", "need you"), (Tone.Warn, "wants a look", "want a look"), (Tone.Busy, "is being synced", "are being synced")])
        {
            var such = states.Where(s => s.State.Tone == tone).ToList();
            if (such.Count == 1)
                return new ShareState(tone, $"{such[0].Share.Name} {one}", such[0].State.Words + (such[0].State.Reason.Length > 0 ? ": " + such[0].State.Reason : ""));
            if (such.Count > 1)
                return new ShareState(tone, $"{Spoken.Number(such.Count)} shares {many}", "");
        }

        return states.All(s => s.State.Tone == Tone.Quiet) ? new ShareState(Tone.Quiet, states.TrueForAll(s => onDemand?.Invoke(s.Share.Name) is true) ? "Everything waits for a job" : "Everything is paused", "") : new ShareState(Tone.Good, "Everything is in sync", "");
    }

    private static string Behind(long entries) => Spoken.Count(entries, "file", "files") + " behind";

    private static string Away(int guests) => Spoken.Count(guests, "guest is", "guests are") + " away";
}
