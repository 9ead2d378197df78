using Sync.Engine.Link;

namespace Sync.Protocol.Sessions;

/// <summary>
/// Notices a peer that is gone without a word: pings every <see cref="Interval"/>, and gives up once nothing was heard for
/// <see cref="Deadline"/>. Only time spent waiting for the peer counts: while this side is busy with what it has read, silence is its own.
/// </summary>
internal sealed class Heartbeat(TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>Checks come more often than pings, so that the deadline is overrun by little.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2.5);

    private const long Busy = long.MinValue;

    private readonly Lock _gate = new();
    private long _waitingSince = Busy;
    private long _sentAt;
    private ulong _sentNumber;
    private bool _unanswered;
    private TimeSpan? _roundTrip;

    /// <summary>The last measured round trip.</summary>
    public TimeSpan? RoundTrip
    {
        get
        {
            lock (_gate) return _roundTrip;
        }
    }

    /// <summary>The reader is about to wait for the peer.</summary>
    public void Waiting() => Volatile.Write(ref _waitingSince, time.GetTimestamp());

    /// <summary>The reader has something from the peer.</summary>
    public void Heard() => Volatile.Write(ref _waitingSince, Busy);

    /// <summary>The peer answered a ping.</summary>
    public void Answered(ulong number)
    {
        lock (_gate)
        {
            if (!_unanswered || number != _sentNumber) return;
            _unanswered = false;
            _roundTrip = time.GetElapsedTime(_sentAt);
        }
    }

    /// <summary>Runs until cancelled, or until the peer is silent for too long.</summary>
    /// <param name="sendPing">Sends a ping with a number; may wait behind other messages.</param>
    /// <param name="peer">The peer, for the message.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LinkException">The peer is silent.</exception>
    public async Task RunAsync(Func<ulong, Task> sendPing, string peer, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var sending = Task.CompletedTask;
        var tick = 0;
        try
        {
            do
            {
                var since = Volatile.Read(ref _waitingSince);
                if (since != Busy && time.GetElapsedTime(since) >= Deadline)
                    throw new LinkException(LinkFailure.Unreachable, $"Nothing was heard from {peer} for {Deadline.TotalSeconds:0} s: the connection is given up, and made anew.");

                // A ping that still waits behind a stalled write says nothing new: the silence will tell.
                if (tick++ % 2 != 0 || !sending.IsCompleted) continue;
                await sending;
                sending = sendPing(NextNumber());
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        finally
        {
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ulong NextNumber()
    {
        lock (_gate)
        {
            _sentAt = time.GetTimestamp();
            _unanswered = true;
            return ++_sentNumber;
        }
    }
}
