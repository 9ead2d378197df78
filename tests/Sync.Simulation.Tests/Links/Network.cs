using Sync.Engine.Link;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Links;

/// <summary>What is between the host and its guests: delays, and for each guest whether anything comes through.</summary>
internal sealed class Network(Scheduler scheduler, Trace trace, Dice dice)
{
    private readonly Dictionary<Site, SimLink> _links = [];
    private readonly HashSet<Site> _cut = [];

    public Scheduler Scheduler => scheduler;

    public Trace Trace => trace;

    public Dice Dice => dice;

    /// <summary>Where the share is.</summary>
    public Site Host { get; set; } = null!;

    /// <summary>How long a message takes, in nanoseconds, from now on.</summary>
    public long LatencyNs { get; set; } = 200_000;

    /// <summary>What becomes of a message to a guest; null: it is lost.</summary>
    public Func<HostMessage, HostMessage?> ChangeDown { get; set; } = static message => message;

    /// <summary>What becomes of a message of a guest; null: it is lost.</summary>
    public Func<GuestMessage, GuestMessage?> ChangeUp { get; set; } = static message => message;

    public long Latency() => LatencyNs / 2 + dice.Below((int)LatencyNs);

    public bool IsCut(Site guest) => _cut.Contains(guest);

    public void Add(Site guest, SimLink link) => _links[guest] = link;

    /// <summary>Nothing of this guest comes through any more. Each side notices when it does.</summary>
    public void Cut(Site guest, long forNs)
    {
        trace.Add(scheduler.NowNs, guest.Name, "is cut off", "");
        _cut.Add(guest);
        Break(guest);
        scheduler.After(forNs, () => _cut.Remove(guest));
    }

    /// <summary>The guest's connection breaks; it may make another at once.</summary>
    public void Break(Site guest)
    {
        if (_links.Remove(guest, out var link)) link.Break();
    }
}
