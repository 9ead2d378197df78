using System.Diagnostics.Metrics;
using Sync.Engine.Replicas;
using Sync.Protocol.Control;
using Sync.Shared.Replicas;

namespace Sync.Host.Metrics;

/// <summary>What the host measures of its shares and guests: read off their status whenever somebody looks.</summary>
internal sealed class HostMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Sync.Host";

    /// <summary>What the names of instruments begin with that have a series for each guest of each share.</summary>
    public const string GuestPrefix = "sync.guest.";

    private static readonly ReplicaState[] States = Enum.GetValues<ReplicaState>();

    private readonly Meter _meter = new(Name, Program.Version);
    private readonly IReplicaSet _replicas;

    /// <param name="replicas">The shares.</param>
    public HostMeter(IReplicaSet replicas)
    {
        _replicas = replicas;
        _meter.CreateObservableGauge("sync.shares", () => _replicas.Slots.Count, description: "Shares that are configured");
        _meter.CreateObservableGauge("sync.share.state", StatesNow, description: "1 for the state that a share is in, else 0");
        Gauge("sync.share.files", null, "Files in the share", s => s.Files);
        Gauge("sync.share.directories", null, "Directories in the share", s => s.Directories);
        Gauge("sync.share.size", "By", "Bytes in the share's files", s => s.Bytes);
        Gauge("sync.share.conflicts", null, "Conflict copies in the tree", s => s.Conflicts);
        Gauge("sync.share.problems", null, "Paths that are not in sync", s => s.ProblemCount);
        Gauge("sync.share.revision", null, "The last committed revision", s => s.Cursor.Value);
        Gauge("sync.share.pending.size", "By", "Bytes that wait to be placed on the host", s => s.PendingInBytes);
        _meter.CreateObservableGauge("sync.share.pending", Pending, description: "Entries that wait to be placed on the host (in) or to be journalled (out)");
        _meter.CreateObservableCounter("sync.share.content", Content, "By", "Content bytes sent to and received from guests, after delta, before compression");
        _meter.CreateObservableCounter("sync.share.files.hashed", () => Each(s => s.FilesHashed), description: "Files hashed since the host started");
        _meter.CreateObservableGauge("sync.share.guests", GuestCounts, description: "Guests of the share, connected or not");
        _meter.CreateObservableGauge("sync.guest.connected", () => EachGuest(g => g.Connected ? 1 : 0), description: "1 for a guest that is connected, else 0");
        _meter.CreateObservableGauge("sync.guest.pending", () => EachGuest(g => g.PendingEntries), description: "Entries that a guest has not placed yet");
        _meter.CreateObservableGauge("sync.guest.pending.size", () => EachGuest(g => g.PendingBytes), "By", "Bytes that a guest has not placed yet");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string? unit, string description, Func<ReplicaStatus, long> value) =>
        _meter.CreateObservableGauge(name, () => Each(value), unit, description);

    private IEnumerable<Measurement<long>> Each(Func<ReplicaStatus, long> value) =>
        _replicas.Slots.Select(slot => new Measurement<long>(value(slot.Status), Share(slot)));

    private IEnumerable<Measurement<long>> EachGuest(Func<GuestStatus, long> value) => _replicas.Slots.SelectMany(slot =>
        slot.Status.Guests.Select(guest => new Measurement<long>(value(guest), Share(slot), new KeyValuePair<string, object?>("guest", guest.Name))));

    private IEnumerable<Measurement<long>> StatesNow() => _replicas.Slots.SelectMany(slot =>
        States.Select(state => new Measurement<long>(slot.Status.State == state ? 1 : 0, Share(slot), new KeyValuePair<string, object?>("state", ReplicaWords.Of(state)))));

    private IEnumerable<Measurement<long>> Pending() => _replicas.Slots.SelectMany(slot => Both(slot, "way", ("in", slot.Status.PendingIn), ("out", slot.Status.PendingOut)));

    private IEnumerable<Measurement<long>> Content() => _replicas.Slots.SelectMany(slot => Both(slot, "way", ("sent", slot.Status.BytesSent), ("received", slot.Status.BytesReceived)));

    private IEnumerable<Measurement<long>> GuestCounts() => _replicas.Slots.SelectMany(slot =>
    {
        var known = new ReplicaInfo { Name = slot.Label.Share };
        var guests = slot.Status.Guests;
        known.Guests.AddRange(guests.Select(g => new ReplicaGuestInfo { Fingerprint = g.Fingerprint }));
        _replicas.AddKnownGuests(known);
        var connected = guests.Count(g => g.Connected);
        return Both(slot, "connected", ("true", connected), ("false", known.Guests.Count - connected));
    });

    private static IEnumerable<Measurement<long>> Both(ReplicaSlot slot, string tag, params (string Value, long Count)[] items) =>
        items.Select(item => new Measurement<long>(item.Count, Share(slot), new KeyValuePair<string, object?>(tag, item.Value)));

    private static KeyValuePair<string, object?> Share(ReplicaSlot slot) => new("share", slot.Label.Share);
}
