using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Events, passed on from the host.</summary>
internal sealed class EventsForward : Events.EventsBase
{
    public override Task WatchEvents(WatchEventsRequest request, IServerStreamWriter<Event> responseStream, ServerCallContext context) =>
        Forwarding.StreamAsync(Forwarding.Host(context).Events.WatchEvents(request, Forwarding.Options(context)), responseStream, context);

    public override Task<EventList> ListEvents(ListEventsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Events.ListEventsAsync(request, Forwarding.Options(context)).ResponseAsync;
}
