using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>A long content on its way into its file: hashed as it passes, holes kept as holes. One user.</summary>
internal sealed class LongFile : IDisposable
{
    private const int Block = 4 << 10;

    private readonly FileDescriptor _file;
    private readonly ContentHasher _hasher;
    private readonly long _size;
    private readonly IContentNotes? _notes;

    private LongFile(FileDescriptor file, ContentHasher hasher, long size, long offset, IContentNotes? notes)
    {
        _notes = notes;
        _file = file;
        _hasher = hasher;
        _size = size;
        Offset = offset;
    }

    /// <summary>The next byte's place.</summary>
    public long Offset { get; private set; }

    public bool IsComplete => Offset == _size;

    /// <summary>The file itself.</summary>
    public FileDescriptor File => _file;

    /// <summary>Begins a file, or goes on with one that an earlier pull began.</summary>
    public static FsError Open(DirectoryHandle directory, in PulledEntry entry, long offset, IContentNotes? notes, out LongFile? file)
    {
        file = null;
        FileDescriptor? descriptor;
        var error = offset > 0 ? directory.OpenWrite(entry.Name, out descriptor) : directory.Create(entry.Name, 0x180, out descriptor);
        if (error != FsError.None) return error;
        var hasher = new ContentHasher(entry.Size);
        var done = 0L;
        if (offset > 0) error = FileHash.Append(descriptor!, offset, hasher, out done);
        if (error == FsError.None && done == offset)
        {
            file = new LongFile(descriptor!, hasher, entry.Size, offset, notes);
            return FsError.None;
        }

        descriptor!.Dispose();
        hasher.Dispose();
        return error == FsError.None ? FsError.Invalid : error;
    }

    /// <summary>Takes the next bytes.</summary>
    public FsError Append(ReadOnlySpan<byte> bytes)
    {
        _hasher.Append(bytes);
        var at = Offset;
        Offset += bytes.Length;
        // Whole blocks of zeros need no room; the length is set at the end.
        if (bytes.Length >= Block && bytes.IndexOfAnyExcept((byte)0) < 0) return FsError.None;
        return OpenFile.Write(_file, at, bytes);
    }

    /// <summary>Ends it: whether all that came is the entry's content, and what the file looks like then.</summary>
    public FsError Finish(in PulledEntry entry, ulong? owner, out bool isIt, out FileStat stat)
    {
        stat = default;
        var manifest = _hasher.Finish();
        isIt = manifest.Id == entry.Content;
        if (!isIt) return FsError.None;
        _notes?.Keep(manifest);
        if (LibC.ftruncate(_file, _size) != 0) return Errno.LastError;
        return NewFile.Finish(_file, entry, owner, out stat);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hasher.Dispose();
    }
}
