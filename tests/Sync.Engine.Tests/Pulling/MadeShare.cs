using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Model;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Tests.Pulling;

/// <summary>A share in memory, and the host of its pulls. What it sends can be made wrong.</summary>
internal sealed class MadeShare : IPullHost
{
    private const int PieceOfList = 1000;

    private readonly SortedDictionary<string, byte[]?> _files = new(StringComparer.Ordinal);

    /// <summary>How often a pull was opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Bytes of contents that were sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Whether it can be asked what has changed in a content.</summary>
    public bool HasChunks { get; init; }

    /// <summary>Whether it knows what its contents are made of.</summary>
    public bool KnowsChunks { get; set; } = true;

    /// <summary>Called with each number of a pull that is opened, before its tree is made.</summary>
    public Action<int> Opening { get; set; } = static _ => { };

    /// <summary>Changes a piece on its way: what it returns is sent.</summary>
    public Func<PullPieceKind, byte[], byte[]?> Tamper { get; set; } = static (_, bytes) => bytes;

    /// <summary>What is not sent is told as gone.</summary>
    public bool GoneInstead { get; set; }

    /// <summary>Pieces that nobody asked for, sent first.</summary>
    public List<(PullPieceKind Kind, byte[] Bytes)> Unasked { get; } = [];

    /// <summary>After so many pieces the link breaks.</summary>
    public int BreaksAfter { get; set; } = int.MaxValue;

    /// <summary>Where a content that was asked for began.</summary>
    public List<PullWant> Wants { get; } = [];

    public MadeShare Put(string path, string content) => Put(path, Encoding.UTF8.GetBytes(content));

    public MadeShare Put(string path, byte[] content)
    {
        for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1)) _files.TryAdd(path[..at], null);
        _files[path] = content;
        return this;
    }

    public MadeShare Delete(string path)
    {
        _files.Remove(path);
        return this;
    }

    public PulledTree Tree() => Read(Manifest());

    public Task<IOpenPull> OpenAsync(ReadOnlyMemory<byte> knownTree, CancellationToken cancel)
    {
        Opened++;
        Opening(Opened);
        var manifest = Manifest();
        return Task.FromResult<IOpenPull>(new OpenPull(this, manifest, [.. manifest.Entries.Select(e => _files[PathOf(manifest, e)])], knownTree.Span.SequenceEqual(manifest.Hash)));
    }

    public static ContentId IdOf(byte[] bytes) => ManifestOf(bytes).Id;

    private static Manifest ManifestOf(byte[] bytes)
    {
        using var hasher = new ContentHasher(bytes.Length);
        hasher.Append(bytes);
        return hasher.Finish();
    }

    private static PulledTree Read(TreeManifest manifest) => PulledTree.Read([.. manifest.Pages.SelectMany(static p => p)], manifest.Entries.Length);

    private static string PathOf(TreeManifest manifest, Entry entry) =>
        entry.Parent == EntryId.Root ? entry.Name : PathOf(manifest, manifest.Entries.First(e => e.Id == entry.Parent)) + "/" + entry.Name;

    private TreeManifest Manifest()
    {
        var ids = new Dictionary<string, EntryId>(StringComparer.Ordinal) { [""] = EntryId.Root };
        var entries = new List<Entry>();
        foreach (var (path, bytes) in _files)
        {
            var slash = path.LastIndexOf('/');
            var id = new EntryId(entries.Count + 2);
            ids.Add(path, id);
            entries.Add(new Entry
            {
                Id = id,
                Parent = ids[slash < 0 ? "" : path[..slash]],
                Name = path[(slash + 1)..],
                Kind = bytes is null ? EntryKind.Directory : EntryKind.File,
                Mode = bytes is null ? 0x1EDu : 0x1A4u,
                MtimeNs = 1_700_000_000_123_456_789,
                Size = bytes?.Length ?? 0,
                Content = bytes is null ? default : IdOf(bytes),
            });
        }

        return TreeManifest.Build(new Snapshot(new Revision(Opened), entries), EntryId.Root);
    }

    private sealed class OpenPull(MadeShare share, TreeManifest manifest, byte[]?[] contents, bool isKnown) : IOpenPull
    {
        private readonly Channel<PullWant> _wants = Channel.CreateUnbounded<PullWant>();

        public PullHead Head { get; } = new(
            manifest.Snapshot.Revision, manifest.Hash, manifest.Entries.Length, manifest.Files, manifest.Bytes, manifest.Pages.Sum(static p => p.Length), isKnown) { HasChunks = share.HasChunks };

        public Task<PulledTree> ReadTreeAsync(CancellationToken cancel) => Task.FromResult(Read(manifest));

        public Task AskAsync(IEnumerable<PullWant> wants, CancellationToken cancel)
        {
            foreach (var want in wants)
            {
                share.Wants.Add(want);
                _wants.Writer.TryWrite(want);
            }

            return Task.CompletedTask;
        }

        public Task FinishAsync(CancellationToken cancel)
        {
            _wants.Writer.Complete();
            return Task.CompletedTask;
        }

        public async IAsyncEnumerable<PullPiece> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            // Once it is known what is asked for: before that, parts of anything are what is left of an earlier answer, and passed over.
            if (share.Unasked.Count > 0) await _wants.Reader.WaitToReadAsync(cancel);
            foreach (var (kind, bytes) in share.Unasked) yield return Piece(kind, bytes);
            var sent = 0;
            await foreach (var want in _wants.Reader.ReadAllAsync(cancel))
            {
                for (var i = want.First; i < want.First + want.Count; i++)
                {
                    if (contents[i] is not { } bytes) continue;
                    foreach (var (kind, piece) in want.IsForChunks ? Chunks(i, bytes) : Pieces(i, bytes, want.Offset, want.Length))
                    {
                        if (sent++ >= share.BreaksAfter) throw new IOException("The link broke.");
                        if (share.Tamper(kind, piece) is { } passed) yield return Piece(kind, passed);
                        else if (share.GoneInstead) yield return Piece(PullPieceKind.Gone, [.. Number(i), 0]);
                    }
                }
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private IEnumerable<(PullPieceKind Kind, byte[] Bytes)> Pieces(int index, byte[] bytes, long offset, long wanted)
        {
            if (bytes.Length <= PullLimits.MaxWhole && offset == 0 && wanted == 0)
            {
                share.Sent += bytes.Length;
                yield return (PullPieceKind.Contents, [.. Number(index), .. Number(bytes.Length), .. bytes]);
                yield break;
            }

            var end = wanted == 0 ? bytes.Length : Math.Min(bytes.Length, offset + wanted);
            while (offset < end)
            {
                var length = (int)Math.Min(PullLimits.PieceBytes, end - offset);
                share.Sent += length;
                yield return (PullPieceKind.Data, [.. Number(index), .. Number(offset), .. bytes.AsSpan((int)offset, length)]);
                offset += length;
            }
        }

        private IEnumerable<(PullPieceKind Kind, byte[] Bytes)> Chunks(int index, byte[] bytes)
        {
            var list = share.KnowsChunks ? ManifestOf(bytes).Encode() : [];
            for (var offset = 0; offset == 0 || offset < list.Length; offset += PieceOfList)
                yield return (PullPieceKind.Chunks, [.. Number(index), .. Number(list.Length), .. Number(offset), .. list.AsSpan(offset, Math.Min(PieceOfList, list.Length - offset))]);
        }

        private static PullPiece Piece(PullPieceKind kind, byte[] bytes)
        {
            var piece = PullPiece.Rent(kind, bytes.Length);
            bytes.CopyTo(piece.Buffer, 0);
            return piece;
        }
    }

    /// <summary>A varint.</summary>
    public static byte[] Number(long value)
    {
        var bytes = new List<byte>();
        for (var rest = (ulong)value; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                bytes.Add((byte)rest);
                return [.. bytes];
            }

            bytes.Add((byte)(rest | 0x80));
        }
    }
}
