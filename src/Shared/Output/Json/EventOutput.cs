using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>Something that happened on the host.</summary>
internal sealed record EventOutput(long Id, DateTimeOffset At, string Kind, string? Share, string? Guest, string? Path, string? State, string? Text, string? Job)
{
    public static EventOutput From(Event what) => new(
        what.Id,
        Json.Text.Moment(what.AtUnixMs),
        what.Kind,
        Json.Text.OrNull(what.Share),
        Json.Text.OrNull(what.Guest),
        Json.Text.OrNull(what.Path),
        Json.Text.OrNull(what.State),
        Json.Text.OrNull(what.Text),
        Json.Text.OrNull(what.Job));
}
