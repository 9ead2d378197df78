using Sync.Protocol.Control;

namespace Sync.Host.Events;

/// <summary>Events in the API's messages.</summary>
internal static class EventMapping
{
    public static Event ToMessage(HostEvent what) => new()
    {
        Id = what.Id,
        AtUnixMs = what.At.ToUnixTimeMilliseconds(),
        Kind = what.Kind,
        Share = what.Share ?? "",
        Guest = what.Guest ?? "",
        Path = what.Path ?? "",
        State = what.State ?? "",
        Text = what.Text ?? "",
        Job = what.Job ?? "",
    };
}
