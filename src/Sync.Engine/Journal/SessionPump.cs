using System.Threading.Channels;
using Sync.Engine.Link;

namespace Sync.Engine.Journal;

/// <summary>Moves a session's messages from the journal to whoever reads them, in their pace: nothing is queued for a slow reader but a few messages.</summary>
internal sealed class SessionPump : IAsyncDisposable
{
    private const int Buffered = 8;

    private readonly JournalKeeper _journal;
    private readonly JournalSession _session;
    private readonly Channel<HostMessage> _outgoing = Channel.CreateBounded<HostMessage>(new BoundedChannelOptions(Buffered) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _task;

    public SessionPump(JournalKeeper journal, JournalSession session, HostMessage.Welcome welcome)
    {
        _journal = journal;
        _session = session;
        _task = Task.Run(() => RunAsync(welcome));
    }

    public ChannelReader<HostMessage> Outgoing => _outgoing.Reader;

    /// <summary>Ends the stream with a reason. From any thread, at any time, also after the pump's own end.</summary>
    public void End(LinkException? reason)
    {
        _outgoing.Writer.TryComplete(reason);
        _journal.Loop.Post(() => _journal.Close(_session));
    }

    private async Task RunAsync(HostMessage.Welcome welcome)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(welcome, _stop.Token).ConfigureAwait(false);
            while (!_stop.IsCancellationRequested)
                foreach (var message in await _journal.PullAsync(_session).WaitAsync(_stop.Token).ConfigureAwait(false))
                    await _outgoing.Writer.WriteAsync(message, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // Ended by either side.
        }

        _outgoing.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        End(null);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _task.ConfigureAwait(false);
        _stop.Dispose();
    }
}
