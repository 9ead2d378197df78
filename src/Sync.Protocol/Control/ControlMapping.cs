using Sync.Engine.Link;
using Sync.Engine.Replicas;

namespace Sync.Protocol.Control;

/// <summary>From the engine's records to the control API's messages.</summary>
public static class ControlMapping
{
    /// <summary>A replica's status; the caller fills in names and paths.</summary>
    /// <param name="status">The snapshot.</param>
    /// <param name="onHost">Whether it is the host's own replica, whose directions read the other way round.</param>
    public static ReplicaInfo ToInfo(ReplicaStatus status, bool onHost)
    {
        var info = new ReplicaInfo
        {
            State = ReplicaWords.Of(status.State),
            Reason = status.Reason ?? "",
            Files = status.Files,
            Directories = status.Directories,
            Symlinks = status.Symlinks,
            Bytes = status.Bytes,
            PendingOut = status.PendingOut,
            PendingIn = status.PendingIn,
            PendingInBytes = status.PendingInBytes,
            BytesSent = status.BytesSent,
            BytesReceived = status.BytesReceived,
            FilesHashed = status.FilesHashed,
            Cursor = status.Cursor.Value,
            Epoch = status.Epoch,
            Direction = onHost ? ReplicaWords.OfHost(status.Direction) : ReplicaWords.OfGuest(status.Direction),
            Watching = status.Watching,
            Placing = status.Placing,
            Conflicts = status.Conflicts,
            ProblemCount = Math.Max(status.ProblemCount, status.Problems.Count),
        };
        if (status.RoundTrip is { } roundTrip)
            info.RoundTripMs = roundTrip.TotalMilliseconds;
        info.Problems.AddRange(status.Problems.Select(ToInfo));
        foreach (var guest in status.Guests)
        {
            var item = new ReplicaGuestInfo
            {
                Name = guest.Name,
                Fingerprint = guest.Fingerprint,
                Connected = guest.Connected,
                Applied = guest.Applied.Value,
                PendingEntries = guest.PendingEntries,
                PendingBytes = guest.PendingBytes,
                LastSeenUnixMs = guest.LastSeen?.ToUnixTimeMilliseconds() ?? 0,
            };
            if (guest.RoundTrip is { } trip)
                item.RoundTripMs = trip.TotalMilliseconds;
            if (guest.SaveLatency is { } latency)
                item.SaveMs = latency.TotalMilliseconds;
            item.Problems.AddRange(guest.Problems.Select(ToInfo));
            info.Guests.Add(item);
        }

        return info;
    }

    /// <summary>A problem.</summary>
    public static ProblemInfo ToInfo(Problem problem) => new() { Path = problem.Path, Code = problem.Code, Message = problem.Message };

    /// <summary>The end of a flush, of the replica itself or of one guest.</summary>
    public static FlushItem ToItem(string share, string? guest, FlushResult result)
    {
        var item = new FlushItem
        {
            Share = share,
            Guest = guest ?? "",
            Outcome = ReplicaWords.Of(result.Outcome),
            Reason = result.Reason ?? "",
            TookMs = result.Took.TotalMilliseconds,
        };
        item.Problems.AddRange(result.Problems.Select(ToInfo));
        return item;
    }

    /// <summary>A conflict copy.</summary>
    public static ConflictItem ToItem(string share, Conflict conflict) => new()
    {
        Share = share,
        Path = conflict.Path,
        CopyPath = conflict.CopyPath,
        Replica = conflict.Replica,
        AtUnixMs = conflict.At.ToUnixTimeMilliseconds(),
        Size = conflict.Size,
    };

    /// <summary>Something the version store holds.</summary>
    public static VersionItem ToItem(string share, StoredVersion version) => new()
    {
        Share = share,
        Id = version.Id,
        Path = version.Path,
        Kind = ReplicaWords.Of(version.Kind),
        Size = version.Size,
        MtimeNs = version.MtimeNs,
        DisplacedAtUnixMs = version.DisplacedAt.ToUnixTimeMilliseconds(),
        Reason = version.Reason,
    };
}
