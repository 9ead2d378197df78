using Sync.Protocol.Control;

namespace Sync.Client;

/// <summary>Something that happened on the host; null where it does not apply.</summary>
/// <param name="Id">Increases, also over restarts of the host.</param>
/// <param name="At">When.</param>
/// <param name="Kind">share-state, halt, guest-connected, guest-lost, conflict, job, change, or gap: some events before it were missed.</param>
/// <param name="Share">The share.</param>
/// <param name="Guest">The guest.</param>
/// <param name="Path">The path in the share.</param>
/// <param name="State">Of a share or a job.</param>
/// <param name="Text">For people.</param>
/// <param name="Job">The job's id.</param>
public sealed record SyncEvent(long Id, DateTimeOffset At, string Kind, string? Share, string? Guest, string? Path, string? State, string? Text, string? Job)
{
    internal static SyncEvent From(Event what) => new(
        what.Id,
        DateTimeOffset.FromUnixTimeMilliseconds(what.AtUnixMs),
        what.Kind,
        OrNull(what.Share),
        OrNull(what.Guest),
        OrNull(what.Path),
        OrNull(what.State),
        OrNull(what.Text),
        OrNull(what.Job));

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
