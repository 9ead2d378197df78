using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Snapshots;

/// <summary>A tree out of packed records (<see cref="TreeRecords"/>), with every name, number and place in it checked. Immutable.</summary>
public sealed class PulledTree
{
    /// <summary>More entries than this are refused: the most that a share has.</summary>
    public const int MaxEntries = 16 << 20;

    private const int MaxName = 255;
    private const int MaxTarget = 4095;
    private const int MaxPath = 4096;
    private const uint MaxMode = 0xFFF;

    /// <summary>Others cannot give files away: to them all is theirs.</summary>
    private static readonly bool TakesOwners = Abi.IsSupported && LibC.geteuid() == 0;

    private readonly PulledEntry[] _entries;

    private PulledTree(PulledEntry[] entries, byte[] records, byte[] hash)
    {
        _entries = entries;
        Records = records;
        Hash = hash;
        foreach (var entry in entries)
        {
            if (entry.Kind == EntryKind.Directory) Directories++;
            else if (entry.Kind == EntryKind.Symlink) Symlinks++;
            else (Files, Bytes) = (Files + 1, Bytes + entry.Size);
        }
    }

    /// <summary>A tree without entries.</summary>
    public static PulledTree Empty { get; } = new([], [], SHA256.HashData([]));

    /// <summary>In tree order.</summary>
    public ReadOnlySpan<PulledEntry> Entries => _entries;

    /// <summary>How many.</summary>
    public int Count => _entries.Length;

    /// <summary>SHA-256 over all records: equal for equal trees.</summary>
    public ReadOnlyMemory<byte> Hash { get; }

    /// <summary>All records.</summary>
    internal ReadOnlyMemory<byte> Records { get; }

    /// <summary>How many files.</summary>
    public long Files { get; }

    /// <summary>How many directories.</summary>
    public long Directories { get; }

    /// <summary>How many symlinks.</summary>
    public long Symlinks { get; }

    /// <summary>The bytes of all files.</summary>
    public long Bytes { get; }

    /// <summary>Reads records.</summary>
    /// <param name="records">All of them; kept.</param>
    /// <param name="expected">How many there have to be.</param>
    /// <exception cref="LinkException">They are none, or name what must not be: <see cref="LinkFailure.Protocol"/>.</exception>
    public static PulledTree Read(byte[] records, int expected)
    {
        // The shortest record has 13 bytes: nothing is allocated that these bytes do not pay for.
        if (expected < 0 || expected > MaxEntries || expected > records.Length / 12) throw Broken("more entries are announced than came");
        var entries = new PulledEntry[expected];
        var reader = new Reader(records);
        var last = new Dictionary<int, string>();
        for (var i = 0; i < expected; i++)
        {
            var entry = reader.Next(i, entries);
            // Ascending within a directory: so no name comes twice.
            ref var before = ref CollectionsMarshal.GetValueRefOrAddDefault(last, entry.Parent, out var exists);
            if (exists && string.CompareOrdinal(before, entry.Name) >= 0) throw Broken("names are out of order");
            before = entry.Name;
            entries[i] = entry;
        }

        if (!reader.IsAtEnd) throw Broken("more entries came than were announced");
        return new PulledTree(entries, records, SHA256.HashData(records));
    }

    /// <summary>The path of an entry, '/' between names; "" for -1, the root.</summary>
    public string PathOf(int index)
    {
        if (index < 0) return "";
        var parent = _entries[index].Parent;
        return parent < 0 ? _entries[index].Name : PathOf(parent) + "/" + _entries[index].Name;
    }

    private static LinkException Broken(string what) =>
        new(LinkFailure.Protocol, $"The host broke the protocol: {what}. Update both sides to the same version; if it happens again, report it.");

    private ref struct Reader(ReadOnlySpan<byte> records)
    {
        private ReadOnlySpan<byte> _rest = records;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public PulledEntry Next(int index, PulledEntry[] before)
        {
            var head = Take(1)[0];
            var kind = (EntryKind)(head & TreeRecords.KindBits);
            if (kind is not (EntryKind.Directory or EntryKind.File or EntryKind.Symlink) || (head & ~(TreeRecords.KindBits | TreeRecords.OwnerBit)) != 0) throw Broken("an entry of no known kind");
            var back = Number();
            if (back == 0 || back > (ulong)index + 1) throw Broken("an entry in no directory");
            var parent = index - (int)back;
            if (parent >= 0 && before[parent].Kind != EntryKind.Directory) throw Broken("an entry in what is no directory");
            var name = Text(MaxName);
            if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\0')) throw Broken("a name that is none");
            if (parent < 0 && name == PrivateDirectory.Name) throw Broken($"an entry named {PrivateDirectory.Name}");
            var depth = (parent < 0 ? 0 : before[parent].PathLength + 1) + Encoding.UTF8.GetByteCount(name);
            if (depth > MaxPath) throw Broken("a path that is too long");
            var mode = Number();
            if (mode > MaxMode) throw Broken("permission bits that are none");
            var mtime = (long)Fixed();
            long size = 0;
            ContentId content = default;
            string? target = null;
            if (kind == EntryKind.File)
            {
                var length = Number();
                if (length > long.MaxValue) throw Broken("a size that is none");
                size = (long)length;
                content = new ContentId(Take(ContentId.Size));
                if (content.IsNone) throw Broken("a file without content");
            }
            else if (kind == EntryKind.Symlink)
            {
                target = Text(MaxTarget);
                if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal)) throw Broken("a link to nowhere");
            }

            ulong? owner = (head & TreeRecords.OwnerBit) != 0 ? Fixed() : null;
            return new PulledEntry(parent, name, kind, (uint)mode, size, mtime, content, target, TakesOwners ? owner : null, depth);
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (_rest.Length < length) throw Broken("an entry is cut off");
            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }

        private ulong Number()
        {
            ulong value = 0;
            for (var shift = 0; shift < 70; shift += 7)
            {
                var next = Take(1)[0];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80) return value;
            }

            throw Broken("a number is too long");
        }

        private ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

        private string Text(int most)
        {
            var length = Number();
            if (length > (ulong)most) throw Broken("a text is too long");
            var bytes = Take((int)length);
            return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Broken("a text is not UTF-8");
        }
    }
}
