using System.Threading.Channels;
using Sync.Engine.Journal;
using Sync.Engine.Link;

namespace Sync.Engine.Publishing;

/// <summary>
/// One session of a guest that only proposes: it is told the share as it is, and keeps nothing of it. Proposals are sent in order; each
/// outcome, which is durable, is handed out as it comes.
/// </summary>
internal sealed class PublishSession : IAsyncDisposable
{
    private readonly IHostLink _link;
    private readonly CancellationTokenSource _stop = new();
    private readonly JournalTree _tree = new();
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<HostMessage.FlushReached> _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Outcome> _outcomes = Channel.CreateUnbounded<Outcome>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Task _reading;
    private long _nextProposal = Random.Shared.NextInt64(1, 1L << 40);

    private PublishSession(IHostLink link, HostMessage.Welcome welcome)
    {
        _link = link;
        Welcome = welcome;
        _reading = ReadAsync();
    }

    public HostMessage.Welcome Welcome { get; }

    public IHostLink Link => _link;

    /// <summary>What became of the changes, in no order.</summary>
    public ChannelReader<Outcome> Outcomes => _outcomes.Reader;

    /// <summary>Opens a session.</summary>
    /// <exception cref="LinkException">It was refused, or the host was not reached.</exception>
    public static async Task<PublishSession> OpenAsync(IHostConnector connector, SessionHello hello, CancellationToken cancel)
    {
        var link = await connector.ConnectAsync(hello, cancel).ConfigureAwait(false);
        try
        {
            if (await link.Incoming.ReadAsync(cancel).ConfigureAwait(false) is not HostMessage.Welcome welcome)
                throw new LinkException(LinkFailure.Protocol, "The host did not say first how it stands with the share: update both sides to the same version.");
            return new PublishSession(link, welcome);
        }
        catch (Exception e)
        {
            await link.DisposeAsync().ConfigureAwait(false);
            if (e is ChannelClosedException closed) throw Cause(closed);
            throw;
        }
    }

    /// <summary>The share, or the part of it, as it is. Not changed any more.</summary>
    public async Task<JournalTree> TreeAsync(CancellationToken cancel)
    {
        await _told.Task.WaitAsync(cancel).ConfigureAwait(false);
        return _tree;
    }

    /// <summary>Sends changes.</summary>
    public ValueTask ProposeAsync(IReadOnlyList<Change> changes, CancellationToken cancel) =>
        _link.SendAsync(new GuestMessage.Propose(new Proposal(_nextProposal++, changes)), cancel);

    /// <summary>Has the host place all that it has decided, durably.</summary>
    public async Task<HostMessage.FlushReached> FlushAsync(CancellationToken cancel)
    {
        await _link.SendAsync(new GuestMessage.Flush(_nextProposal++), cancel).ConfigureAwait(false);
        return await _flushed.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        LinkException cause;
        try
        {
            await foreach (var message in _link.Incoming.ReadAllAsync(_stop.Token).ConfigureAwait(false)) Take(message);
            cause = new LinkException(LinkFailure.Unreachable, "The host ended the link.");
        }
        catch (LinkException e)
        {
            cause = e;
        }
        catch (ChannelClosedException e)
        {
            cause = Cause(e);
        }
        catch (OperationCanceledException)
        {
            cause = new LinkException(LinkFailure.Unreachable, "The link was closed.");
        }

        _told.TrySetException(cause);
        _flushed.TrySetException(cause);
        _outcomes.Writer.TryComplete(cause);
        // Whoever waits is told; where nobody does, nothing is lost.
        _ = _told.Task.Exception;
        _ = _flushed.Task.Exception;
    }

    private void Take(HostMessage message)
    {
        switch (message)
        {
            case HostMessage.Entries entries when !_told.Task.IsCompleted:
                foreach (var entry in entries.Items) _tree.Set(entry);
                break;
            case HostMessage.Committed committed when committed.Revision >= Welcome.Head && (!Welcome.IsLooking || committed.HasLooked):
                // What comes after it is seen when a proposal meets it.
                _told.TrySetResult();
                break;
            case HostMessage.Outcomes outcomes:
                foreach (var outcome in outcomes.Items) _outcomes.Writer.TryWrite(outcome);
                break;
            case HostMessage.FlushReached reached:
                _flushed.TrySetResult(reached);
                break;
        }
    }

    private static LinkException Cause(ChannelClosedException closed) =>
        closed.InnerException as LinkException ?? new LinkException(LinkFailure.Unreachable, "The host ended the link.");
}
