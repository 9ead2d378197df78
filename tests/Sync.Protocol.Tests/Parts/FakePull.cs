using System.Runtime.CompilerServices;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Protocol.Tests.Parts;

/// <summary>A pull on the host, of records and pieces that a test has made.</summary>
internal sealed class FakePull(byte[][] pages, int entries) : IPullSource
{
    public List<PullWant> Wants { get; } = [];

    public List<(PullPieceKind Kind, byte[] Bytes)> Pieces { get; } = [];

    public CancellationTokenSource Revoked { get; } = new();

    public PullHead Head { get; set; } = new(new Revision(7), System.Security.Cryptography.SHA256.HashData([.. pages.SelectMany(static p => p)]), entries, 2, 3, pages.Sum(static p => p.Length), IsKnown: false);

    public IReadOnlyList<byte[]> Pages => pages;

    public CancellationToken Ended => Revoked.Token;

    public async IAsyncEnumerable<PullPiece> ReadAsync(IAsyncEnumerable<PullWant> wants, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var want in wants.WithCancellation(cancel)) Wants.Add(want);
        foreach (var (kind, bytes) in Pieces)
        {
            var piece = PullPiece.Rent(kind, bytes.Length);
            bytes.CopyTo(piece.Buffer, 0);
            yield return piece;
        }
    }

    public ValueTask DisposeAsync()
    {
        Revoked.Dispose();
        return ValueTask.CompletedTask;
    }
}
