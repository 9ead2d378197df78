using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Transfer;

namespace Sync.Engine.Publishing;

/// <summary>Sends the large contents of a push, one after another; what an interrupted push has sent of one already is not sent again.</summary>
/// <param name="link">The link.</param>
/// <param name="sender">Reads what is sent.</param>
/// <param name="sent">Told of bytes that go out.</param>
internal sealed class PublishUploads(IHostLink link, ContentSender sender, Action<long> sent)
{
    /// <summary>From this length on the host is asked first what it has: one round trip.</summary>
    private const long WorthAsking = 4 << 20;

    private readonly Channel<(long Id, Entry Entry, ContentId Basis)> _queue = Channel.CreateUnbounded<(long, Entry, ContentId)>();
    private readonly Dictionary<long, (Entry Entry, ContentId Basis)> _open = [];
    private TaskCompletionSource<long>? _asked;

    /// <summary>Sends contents, and returns how each ended, by content.</summary>
    /// <param name="wanted">Entries with the content that the host has in their place; each content once.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="LinkException">The link broke.</exception>
    public async Task<IReadOnlyDictionary<ContentId, (TransferStatus Status, string? Detail)>> RunAsync(IReadOnlyList<(Entry Entry, ContentId Basis)> wanted, CancellationToken cancel)
    {
        var ends = new Dictionary<ContentId, (TransferStatus, string?)>();
        if (wanted.Count == 0) return ends;
        for (var id = 1; id <= wanted.Count; id++) Add(id, wanted[id - 1].Entry, wanted[id - 1].Basis);
        await foreach (var end in link.Upload(FramesAsync(cancel), cancel).ConfigureAwait(false))
        {
            if (end.ResumeAt is { } at)
            {
                Volatile.Read(ref _asked)?.TrySetResult(at);
                continue;
            }

            // A refusal answers the question too.
            Volatile.Read(ref _asked)?.TrySetResult(-1);
            (Entry Entry, ContentId Basis) open;
            lock (_open)
                if (!_open.Remove(end.Id, out open)) continue;
            if (end.Status == TransferStatus.NoBasis && !open.Basis.IsNone) Add(end.Id, open.Entry, default);
            else ends[open.Entry.Content] = (end.Status, end.Detail);
            lock (_open)
                if (_open.Count == 0) _queue.Writer.TryComplete();
        }

        return ends;
    }

    private void Add(long id, Entry entry, ContentId basis)
    {
        lock (_open) _open[id] = (entry, basis);
        _queue.Writer.TryWrite((id, entry, basis));
    }

    private async IAsyncEnumerable<ContentFrame> FramesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var (id, entry, basis) in _queue.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            long offset = 0;
            if (entry.Size >= WorthAsking)
            {
                var answer = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                Volatile.Write(ref _asked, answer);
                yield return new ContentFrame.Ask(id, entry.Content);
                offset = await answer.Task.WaitAsync(cancel).ConfigureAwait(false);
                if (offset < 0) continue;
                // What a host says it has is a hint; more than there is would be no content of ours.
                offset = Math.Min(offset, entry.Size);
            }

            var request = new ContentRequest(id, entry.Id, entry.Content, basis, offset) { TakesDeltas = link.TakesDeltas };
            await foreach (var frame in sender.Send(request, cancel).ConfigureAwait(false))
            {
                sent(Fetcher.LengthOf(frame));
                yield return frame;
            }
        }
    }
}
