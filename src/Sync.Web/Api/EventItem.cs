using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>An event in a stream, with the names that it has in the rest of the API.</summary>
internal sealed record EventItem(long Id, long AtUnixMs, string Kind, string Share, string Guest, string Path, string State, string Text, string Job)
{
    public EventItem(Event what)
        : this(what.Id, what.AtUnixMs, what.Kind, what.Share, what.Guest, what.Path, what.State, what.Text, what.Job)
    {
    }
}
