using System.Runtime.CompilerServices;

namespace Sync.Engine.Snapshots;

/// <summary>One guest's pull of one manifest.</summary>
internal sealed class PullSource : IPullSource
{
    private readonly PullServer _server;
    private readonly TreeManifest _manifest;
    private readonly PullReader _reader;
    private readonly Action<long> _sent;
    private readonly CancellationTokenSource _ended = new();

    public PullSource(PullServer server, string guest, TreeManifest manifest, PullRequest request, PullReader reader, Action<long> sent)
    {
        _server = server;
        _manifest = manifest;
        _reader = reader;
        _sent = sent;
        Guest = guest;
        Ended = _ended.Token;
        var isKnown = request.KnownTree.Span.SequenceEqual(manifest.Hash);
        Head = new PullHead(manifest.Snapshot.Revision, manifest.Hash, manifest.Entries.Length, manifest.Files, manifest.Bytes, manifest.Pages.Sum(static p => (long)p.Length), isKnown) { Tag = manifest.Snapshot.Tag ?? "", HasChunks = true };
    }

    public string Guest { get; }

    public PullHead Head { get; }

    public IReadOnlyList<byte[]> Pages => _manifest.Pages;

    public CancellationToken Ended { get; }

    public async IAsyncEnumerable<PullPiece> ReadAsync(IAsyncEnumerable<PullWant> wants, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var piece in _reader.ReadAsync(wants, cancel).ConfigureAwait(false))
        {
            _sent(piece.Length);
            yield return piece;
        }
    }

    /// <summary>Its right is gone, or its share.</summary>
    public void End()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    public ValueTask DisposeAsync()
    {
        _server.Forget(this);
        _ended.Dispose();
        return ValueTask.CompletedTask;
    }
}
