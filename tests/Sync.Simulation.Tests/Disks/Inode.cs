using System.Runtime.InteropServices;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Disks;

/// <summary>A file, directory or symbolic link of a simulated disk.</summary>
internal sealed class Inode(ulong number, EntryKind kind)
{
    public ulong Number => number;

    public EntryKind Kind => kind;

    public uint Mode { get; set; }

    public long MtimeNs { get; set; }

    public long CtimeNs { get; set; }

    private byte[] _array = [];
    private int _end;
    private ReadOnlyMemory<byte> _keyed;
    private UInt128 _key = Ledger.Nothing;

    /// <summary>All bytes. A write makes others, so that what was here before stays what it was.</summary>
    public ReadOnlyMemory<byte> Data { get; set; }

    /// <summary>The bytes that power loss leaves, and their mtime.</summary>
    public ReadOnlyMemory<byte> DurableData { get; set; }

    /// <summary>What the ledger knows the bytes by.</summary>
    public UInt128 Key
    {
        get
        {
            if (!_keyed.Equals(Data)) (_keyed, _key) = (Data, Ledger.Key(Data.Span));
            return _key;
        }
    }

    /// <inheritdoc cref="DurableData"/>
    public long DurableMtimeNs { get; set; }

    public string? LinkTarget { get; init; }

    /// <summary>Of a directory, by name.</summary>
    public Dictionary<string, Inode>? Children { get; init; }

    /// <summary>Names that lead here.</summary>
    public int Links { get; set; }

    /// <summary>The directory by whose name it is known; with several names, the latest.</summary>
    public Inode? Parent { get; set; }

    /// <inheritdoc cref="Parent"/>
    public string Name { get; set; } = "";

    /// <summary>How many users have it open for writing.</summary>
    public int Writers { get; set; }

    /// <summary>A user has removed its name here, or put something else there: who goes on writing to it writes to nothing.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>What a watcher wants to be told with each event of this directory; null if it is not watched.</summary>
    public object? Tag { get; set; }

    /// <summary>When bytes were last written; the run's time.</summary>
    public long WrittenNs { get; set; }

    /// <summary>Bytes were written since they were last made durable.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Bytes at an offset, zeros before it where there was nothing. What is appended goes behind the bytes that are there, of which nobody sees
    /// more than it has seen: logs grow by a line at a time.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        var (from, length) = ((int)offset, (int)Math.Max(Data.Length, offset + bytes.Length));
        var isAppended = from > 0 && from == Data.Length && !bytes.IsEmpty;
        if (!isAppended || length > _array.Length || _end != from || !IsIn(_array))
        {
            // What is neither copied nor written is cleared; clearing all of it took 3 % of a run.
            var array = GC.AllocateUninitializedArray<byte>(isAppended ? 2 * length : length);
            if (from > 0 || bytes.Length < Data.Length) Data.CopyTo(array);
            if (from > Data.Length) array.AsSpan(Data.Length, from - Data.Length).Clear();
            _array = array;
        }

        bytes.CopyTo(_array.AsSpan(from));
        _end = length;
        Data = _array.AsMemory(0, length);
        IsDirty = true;
    }

    public void SetLength(long length)
    {
        if (length < Data.Length) Data = Data[..(int)length];
        else if (length > Data.Length) Write(length, []);
        IsDirty = true;
    }

    /// <summary>The bytes are on the device.</summary>
    public void MakeDurable()
    {
        DurableData = Data;
        IsDirty = false;
    }

    private bool IsIn(byte[] array) => MemoryMarshal.TryGetArray(Data, out var segment) && segment.Array == array;

    public FileStat Stat => new(
        kind, Mode, new FileStamp(number, kind == EntryKind.Symlink ? LinkTarget!.Length : Data.Length, MtimeNs, CtimeNs), 1, 0, (uint)Math.Max(1, Links), (Data.Length + 511) / 512);
}
