using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Sync.Engine.Files.Linux;

/// <summary>
/// A share path as the kernel wants it: UTF-8, ended by NUL, checked name by name. Lives on the caller's stack where it fits there.
/// "", the root, has no name; every other path has a parent and a last name.
/// </summary>
internal unsafe ref struct PathBytes
{
    /// <summary>What callers give as scratch space: nearly every path fits.</summary>
    public const int Scratch = 768;

    // Deeper than any tree that can be made in practice; bounds what one call may allocate.
    private const int MaxLength = 1 << 20;

    private readonly byte* _allocated;
    private readonly int _nameAt;

    public readonly FsError Error;
    public readonly byte* Start;
    public readonly int Length;

    public PathBytes(string path, Span<byte> scratch)
    {
        if (path.Length > MaxLength)
        {
            Error = FsError.NameTooLong;
            return;
        }

        var room = (path.Length * 3) + 1;
        if (room > scratch.Length)
        {
            _allocated = (byte*)NativeMemory.Alloc((nuint)room);
            scratch = new Span<byte>(_allocated, room);
        }

        Start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(scratch));
        if (Utf8.FromUtf16(path, scratch, out _, out Length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            Error = FsError.BadName;
            return;
        }

        Start[Length] = 0;
        _nameAt = new ReadOnlySpan<byte>(Start, Length).LastIndexOf((byte)'/') + 1;
        Error = Check(new ReadOnlySpan<byte>(Start, Length));
    }

    public readonly bool IsRoot => Length == 0;

    /// <summary>The last name.</summary>
    public readonly byte* Name => Start + _nameAt;

    /// <summary>Bytes of the parent's path; 0 where the parent is the root.</summary>
    public readonly int ParentLength => Math.Max(0, _nameAt - 1);

    public readonly void Dispose() => NativeMemory.Free(_allocated);

    private static FsError Check(ReadOnlySpan<byte> path)
    {
        if (path.Contains((byte)0))
            return FsError.BadName;
        while (!path.IsEmpty)
        {
            var end = path.IndexOf((byte)'/');
            var name = end < 0 ? path : path[..end];
            if (name.SequenceEqual(".."u8))
                return FsError.Escapes;
            if (name.IsEmpty || name.SequenceEqual("."u8) || end == path.Length - 1)
                return FsError.BadName;
            if (end < 0)
                break;
            path = path[(end + 1)..];
        }

        return FsError.None;
    }
}
