using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Links;

/// <summary>A guest's way to the host.</summary>
internal sealed class Connector(Network network, Site guest, SimProcess process) : IHostConnector
{
    private readonly GuestGrant _grant = new(guest.Name.PadRight(64, '0'), guest.Name, guest.IsReader, guest.Direction, null);

    public async ValueTask<IHostLink> ConnectAsync(SessionHello hello, CancellationToken cancel)
    {
        process.Effect();
        await network.Wait(network.Latency(), cancel).ConfigureAwait(false);
        process.Effect();
        if (network.IsCut(guest) || network.Host.Share is not { } share || network.Host.Process is not { IsDead: false } host)
            throw new LinkException(LinkFailure.Unreachable, "The host is not reached.");
        IGuestSession session;
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, host.Noticed))
        {
            try
            {
                session = await share.OpenSessionAsync(_grant, hello, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && !cancel.IsCancellationRequested)
            {
                throw new LinkException(LinkFailure.Unreachable, "The host has gone.");
            }
        }

        network.Trace.Add(network.Scheduler.NowNs, guest.Name, "connects", "");
        var link = new SimLink(network, guest, process, host, session);
        network.Add(guest, link);
        if (network.IsCut(guest)) network.Break(guest);
        link.Start();
        return link;
    }
}
