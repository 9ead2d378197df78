using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Engine.Link;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Links;

/// <summary>
/// One connection of a guest. Messages keep their order and take their time; contents travel on streams of their own, and so in another order than
/// the messages. When it breaks, what is on its way is lost, and each side notices by itself.
/// </summary>
internal sealed class SimLink : IHostLink
{
    private readonly Network _network;
    private readonly Site _guest;
    private readonly SimProcess _process;
    private readonly SimProcess _host;
    private readonly IGuestSession _session;
    private readonly Channel<HostMessage> _down = Channel.CreateUnbounded<HostMessage>();
    private readonly Channel<GuestMessage> _up = Channel.CreateUnbounded<GuestMessage>();
    private readonly CancellationTokenSource _broken = new();
    private readonly CancellationTokenSource _ended = new();
    private long _downAt;
    private long _upAt;
    private bool _isBroken;

    /// <summary>What the guest had sent before it broke arrives all the same, until the host notices.</summary>
    private bool _arrivesStill;
    private bool _isEnded;

    public SimLink(Network network, Site guest, SimProcess process, SimProcess host, IGuestSession session)
    {
        _network = network;
        _guest = guest;
        _process = process;
        _host = host;
        _session = session;
    }

    public ChannelReader<HostMessage> Incoming => _down.Reader;

    public bool TakesDeltas => true;

    public bool TakesGrowing => true;

    public bool TakesPatches => true;

    public TimeSpan? RoundTrip => null;

    public void Start()
    {
        _process.Noticed.Register(Break);
        _host.Noticed.Register(Break);
        _ = SendDownAsync();
        _ = TakeUpAsync();
    }

    /// <summary>Nothing comes through any more.</summary>
    public void Break()
    {
        if (_isBroken) return;
        _isBroken = true;
        var dice = _network.Dice;
        _arrivesStill = dice.OneIn(2);
        _network.Scheduler.After(dice.Between(0, 50) * 1_000_000L, () =>
        {
            _broken.Cancel();
            _down.Writer.TryComplete(new LinkException(LinkFailure.Unreachable, "The link is broken."));
        });
        // The host may notice long after the guest has connected again.
        _network.Scheduler.After(dice.Between(0, 400) * 1_000_000L, () => _ = EndSessionAsync());
    }

    public ValueTask SendAsync(GuestMessage sent, CancellationToken cancel)
    {
        _process.Effect();
        if (_isBroken) return ValueTask.CompletedTask;
        _upAt = Math.Max(_upAt, _network.Scheduler.NowNs + _network.Latency());
        _network.Scheduler.After(_upAt - _network.Scheduler.NowNs, () =>
        {
            if ((_isBroken && !_arrivesStill) || _isEnded || _host.IsDead || _network.ChangeUp(sent) is not { } message) return;
            _network.Trace.Add(_network.Scheduler.NowNs, _guest.Name, "says", message.GetType().Name);
            if (_network.Trace.IsRead) Say("says", message is GuestMessage.Propose p ? string.Join(", ", p.Proposal.Changes.Select(c => $"{c.Facets} {c.Entry}")) : message);
            _up.Writer.TryWrite(message);
        });
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _broken.Token);
        await foreach (var frame in Carried(_session.Download(Carried(requests, either.Token), either.Token), either.Token).ConfigureAwait(false)) yield return frame;
    }

    public async IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _broken.Token);
        await foreach (var end in Carried(_session.Upload(Carried(frames, either.Token), either.Token), either.Token).ConfigureAwait(false)) yield return end;
    }

    public ValueTask DisposeAsync()
    {
        Break();
        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<T> Carried<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var item in items.WithCancellation(cancel).ConfigureAwait(false))
        {
            await _network.Wait(_network.Latency(), cancel).ConfigureAwait(false);
            if (_isBroken) throw new LinkException(LinkFailure.Unreachable, "The link is broken.");
            yield return item;
        }
    }

    private async Task SendDownAsync()
    {
        try
        {
            while (await _session.Outgoing.WaitToReadAsync(_broken.Token).ConfigureAwait(false))
            {
                while (_session.Outgoing.TryRead(out var message))
                {
                    if (_isBroken || _host.IsDead) return;
                    _downAt = Math.Max(_downAt, _network.Scheduler.NowNs + _network.Latency());
                    _network.Scheduler.After(_downAt - _network.Scheduler.NowNs, () => Deliver(message));
                }
            }

            await _session.Outgoing.Completion.ConfigureAwait(false);
            Break();
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            Break();
        }
    }

    private void Deliver(HostMessage sent)
    {
        if (_isBroken || _process.IsDead || _network.ChangeDown(sent) is not { } message) return;
        _network.Trace.Add(_network.Scheduler.NowNs, _guest.Name, "is told", message.GetType().Name);
        if (_network.Trace.IsRead) Say("is told", message switch
        {
            HostMessage.Entries e => string.Join(", ", e.Items),
            HostMessage.Outcomes o => string.Join(", ", o.Items),
            _ => message,
        });
        _down.Writer.TryWrite(message);
    }

    private async Task TakeUpAsync()
    {
        try
        {
            await foreach (var message in _up.Reader.ReadAllAsync(_ended.Token).ConfigureAwait(false))
            {
                if (_host.IsDead) return;
                await _session.ReceiveAsync(message, _ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            Break();
        }
    }

    private async Task EndSessionAsync()
    {
        _isEnded = true;
        await _ended.CancelAsync().ConfigureAwait(false);
        if (!_host.IsDead) await _session.DisposeAsync().ConfigureAwait(false);
    }

    private void Say(string what, object message) => _network.Trace.Say(_network.Scheduler.NowNs, _guest.Name, $"{what} {message}");
}
