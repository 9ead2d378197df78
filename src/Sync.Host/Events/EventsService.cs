using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Sync.Protocol.Control;

namespace Sync.Host.Events;

/// <summary>Events over the control API.</summary>
internal sealed class EventsService(EventLog log, IHostApplicationLifetime lifetime) : Protocol.Control.Events.EventsBase
{
    private const int MostListed = 1000;
    private const int UsuallyListed = 100;

    public override async Task WatchEvents(WatchEventsRequest request, IServerStreamWriter<Event> responseStream, ServerCallContext context)
    {
        // A watch never ends by itself: without this it would hold up the agent's end.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var after = request.After > 0 ? request.After : log.Last;
        // The caller knows that it is heard from here on.
        await context.WriteResponseHeadersAsync(new Metadata { { ApiHeaders.Watching, "1" } });
        while (!ending.IsCancellationRequested)
        {
            var (events, more) = log.After(after);
            foreach (var what in events)
            {
                after = what.Id;
                if (Concerns(what, request.Share))
                    await responseStream.WriteAsync(EventMapping.ToMessage(what), ending.Token);
            }

            await more.WaitAsync(ending.Token);
        }
    }

    public override Task<EventList> ListEvents(ListEventsRequest request, ServerCallContext context)
    {
        var list = new EventList();
        var count = request.Limit is > 0 and <= MostListed ? request.Limit : UsuallyListed;
        list.Events.AddRange(log.Latest(e => Concerns(e, request.Share), count).Select(EventMapping.ToMessage));
        return Task.FromResult(list);
    }

    private static bool Concerns(HostEvent what, string share) =>
        share.Length == 0 || what.Kind is EventKinds.Gap || string.Equals(what.Share, share, StringComparison.Ordinal);
}
