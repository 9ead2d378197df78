using System.Buffers.Binary;
using System.Collections.Concurrent;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>
/// What the files of a cache looked like when they were verified, in this running of the machine: one that still looks so has the same bytes and need not be hashed.
/// After a start of the machine nothing of it holds, as what was not written back then may be torn. Safe from any thread; loading and saving are for the cache, which
/// has its lock when it saves.
/// </summary>
/// <remarks>A file: 8 bytes that name it, 16 of the <see cref="BootId"/>, 8 for later; then 64 for each fact: content id, file key, size, mtime, ctime. Processes append to it;
/// of several facts of one content the last counts.</remarks>
internal sealed class CacheLedger
{
    private const string Name = "ledger";
    private const string DraftName = "ledger.new";
    private const int HeaderLength = 32;
    private const int FactLength = ContentId.Size + 32;
    private const int MostFacts = 4 << 20;
    private const int FewFacts = 1024;
    private const uint Mode = 0x180; // 0600

    private static ReadOnlySpan<byte> Magic => "syncldg1"u8;

    private readonly UInt128? _boot;
    private readonly ConcurrentDictionary<ContentId, FileStamp> _facts = new();
    private readonly ConcurrentQueue<(ContentId Content, FileStamp Stamp)> _fresh = new();

    private CacheLedger(UInt128? boot) => _boot = boot;

    /// <summary>Whether there is something that was not saved.</summary>
    public bool HasFresh => !_fresh.IsEmpty;

    /// <summary>Reads it; what cannot be read is as if it were not there.</summary>
    /// <param name="root">The cache's directory.</param>
    /// <param name="boot">The running of the machine; null: not known, and nothing is ever taken for verified.</param>
    public static CacheLedger Load(DirectoryHandle root, UInt128? boot)
    {
        var ledger = new CacheLedger(boot);
        if (boot is not null) ledger.Read(root, out _);
        return ledger;
    }

    /// <summary>Whether a file of this look was verified to be this content.</summary>
    public bool Holds(ContentId content, in FileStamp stamp) => _facts.TryGetValue(content, out var verified) && verified == stamp;

    /// <summary>A file was verified; it looked like this before its bytes were read, or after they were written.</summary>
    public void Note(ContentId content, in FileStamp stamp)
    {
        if (_boot is null) return;
        _facts[content] = stamp;
        _fresh.Enqueue((content, stamp));
    }

    /// <summary>Writes what is new. What goes wrong is not told: it is only hashed again.</summary>
    public void Save(DirectoryHandle root)
    {
        var fresh = new List<(ContentId Content, FileStamp Stamp)>(_fresh.Count);
        while (_fresh.TryDequeue(out var fact)) fresh.Add(fact);
        if (fresh.Count == 0) return;
        // What others have written since.
        var isWhole = Read(root, out var there);
        foreach (var (content, stamp) in fresh) _facts[content] = stamp;
        if (isWhole && there + fresh.Count <= FewFacts + (2 * _facts.Count)) Append(root, fresh, there);
        else Replace(root);
    }

    /// <summary>Takes in what is there; false: it is none of this running of the machine, or cut off.</summary>
    private bool Read(DirectoryHandle root, out int count)
    {
        count = 0;
        if (root.OpenRead(Name, out var file) != FsError.None) return false;
        using (file)
        {
            if (OpenFile.Stat(file!, out var stat) != FsError.None || stat.Stamp.Size is < HeaderLength or > HeaderLength + ((long)MostFacts * FactLength)) return false;
            var bytes = GC.AllocateUninitializedArray<byte>((int)stat.Stamp.Size);
            if (OpenFile.Read(file!, 0, bytes, out var read) != FsError.None || read != bytes.Length) return false;
            if (!bytes.AsSpan(0, HeaderLength).SequenceEqual(Header())) return false;
            var facts = bytes.AsSpan(HeaderLength);
            count = facts.Length / FactLength;
            for (var i = 0; i < count; i++)
            {
                var fact = facts.Slice(i * FactLength, FactLength);
                _facts[new ContentId(fact)] = new FileStamp(
                    BinaryPrimitives.ReadUInt64LittleEndian(fact[ContentId.Size..]), BinaryPrimitives.ReadInt64LittleEndian(fact[(ContentId.Size + 8)..]),
                    BinaryPrimitives.ReadInt64LittleEndian(fact[(ContentId.Size + 16)..]), BinaryPrimitives.ReadInt64LittleEndian(fact[(ContentId.Size + 24)..]));
            }

            return facts.Length % FactLength == 0;
        }
    }

    private static void Append(DirectoryHandle root, List<(ContentId Content, FileStamp Stamp)> fresh, int there)
    {
        if (root.OpenOrCreate(Name, Mode, out var file) != FsError.None) return;
        using (file) _ = OpenFile.Write(file!, HeaderLength + ((long)there * FactLength), Encode(fresh));
    }

    private void Replace(DirectoryHandle root)
    {
        root.RemoveFile(DraftName);
        if (root.Create(DraftName, Mode, out var file) != FsError.None) return;
        FsError error;
        using (file)
        {
            error = OpenFile.Write(file!, 0, Header());
            if (error == FsError.None) error = OpenFile.Write(file!, HeaderLength, Encode([.. _facts.Take(MostFacts).Select(static f => (f.Key, f.Value))]));
        }

        if (error == FsError.None) error = root.Rename(DraftName, root, Name, RenameMode.Replace);
        if (error != FsError.None) root.RemoveFile(DraftName);
    }

    private byte[] Header()
    {
        var header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt128LittleEndian(header.AsSpan(Magic.Length), _boot ?? default);
        return header;
    }

    private static byte[] Encode(List<(ContentId Content, FileStamp Stamp)> facts)
    {
        var bytes = new byte[facts.Count * FactLength];
        for (var i = 0; i < facts.Count; i++)
        {
            var (content, stamp) = facts[i];
            var fact = bytes.AsSpan(i * FactLength, FactLength);
            content.CopyTo(fact);
            BinaryPrimitives.WriteUInt64LittleEndian(fact[ContentId.Size..], stamp.FileKey);
            BinaryPrimitives.WriteInt64LittleEndian(fact[(ContentId.Size + 8)..], stamp.Size);
            BinaryPrimitives.WriteInt64LittleEndian(fact[(ContentId.Size + 16)..], stamp.MtimeNs);
            BinaryPrimitives.WriteInt64LittleEndian(fact[(ContentId.Size + 24)..], stamp.CtimeNs);
        }

        return bytes;
    }
}
