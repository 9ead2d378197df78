using System.Diagnostics;
using Grpc.Core;

namespace Sync.Protocol.Sessions;

/// <summary>
/// One stream's writes, one at a time. Envelopes of one message stay together; heartbeats may pass between them.
/// </summary>
internal sealed class EnvelopeWriter<TEnvelope>(IAsyncStreamWriter<TEnvelope> stream)
    where TEnvelope : class
{
    // Never disposed: a write that stalls outlives the session until its call is gone, and holds one.
    private readonly SemaphoreSlim _message = new(1, 1);
    private readonly SemaphoreSlim _write = new(1, 1);
    private Task _posted = Task.CompletedTask;

    /// <summary>What an envelope of a message is sent as; called for one at a time.</summary>
    public Func<TEnvelope, TEnvelope>? Packed { get; init; }

    /// <summary>Told how long the link held up what <see cref="Packed"/> was last asked about.</summary>
    public Action<TimeSpan>? Wrote { get; init; }

    /// <summary>Writes the envelopes of one message. Once begun it is not cancelled, so that no message is sent in half.</summary>
    public async Task WriteAsync(IEnumerable<TEnvelope> envelopes, CancellationToken cancel)
    {
        await _message.WaitAsync(cancel);
        try
        {
            foreach (var envelope in envelopes)
            {
                var sent = Packed?.Invoke(envelope) ?? envelope;
                var begun = Stopwatch.GetTimestamp();
                await WriteBetweenAsync(sent);
                Wrote?.Invoke(Stopwatch.GetElapsedTime(begun));
            }
        }
        finally
        {
            _message.Release();
        }
    }

    /// <summary>Writes an envelope that stands alone, between those of a message if need be.</summary>
    public async Task WriteBetweenAsync(TEnvelope envelope)
    {
        await _write.WaitAsync(CancellationToken.None);
        try
        {
            await stream.WriteAsync(envelope, CancellationToken.None);
        }
        finally
        {
            _write.Release();
        }
    }

    /// <summary>As <see cref="WriteBetweenAsync"/>, for the reader, which must not wait for a writer that stalls: dropped while the one
    /// before is on its way. Called from one place only. A fault is not told: the reader meets the same end of the call.</summary>
    public void Post(TEnvelope envelope)
    {
        if (_posted.IsCompleted) _posted = PostAsync(envelope);
    }

    /// <summary>Ends the stream after the write that is on its way. Ending it beside one would fail, and leave it open.</summary>
    public async Task CompleteAsync(Func<Task> complete)
    {
        await _write.WaitAsync(CancellationToken.None);
        try
        {
            await complete();
        }
        finally
        {
            _write.Release();
        }
    }

    private async Task PostAsync(TEnvelope envelope) =>
        await WriteBetweenAsync(envelope).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
