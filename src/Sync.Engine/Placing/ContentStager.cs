using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;

namespace Sync.Engine.Placing;

/// <summary>Makes what is to be put in place, complete, in a directory of the replica's own. On the worker that places.</summary>
internal sealed class ContentStager(IFileSystem files, ulong? defaultOwner, Func<string, bool>? hasCrlf)
{
    /// <summary>Shorter files are left to the `syncfs` of their group, which writes them in the disk's order: a request to the disk for each took 7 % of a first sync.</summary>
    private const long EarlyWriteBack = 256 << 10;

    private long _next;

    /// <summary>A path there that nobody has.</summary>
    public string NewPath() => $"{PrivateDirectory.Staging}/a-{(++_next).ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>A path there for what is about to be exchanged with something of a user's; see <see cref="DisplacedName"/>.</summary>
    public string NewPath(EntryId entry) => $"{PrivateDirectory.Staging}/{DisplacedName.For(entry, ++_next)}";

    /// <summary>A path there for a verified content that is about to be placed: should that be cut short, it is found by its name.</summary>
    private string NewPath(string supply) => $"{supply}.{(++_next).ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>A supply that was not placed goes back to where others find it; a disk that fails has it where it is. It may be the last of somebody's bytes.</summary>
    public void GiveBack(Placement p)
    {
        if (p.Supply.StagedPath is not { } path) return;
        if (p.Staged is { } taken)
        {
            var isBack = files.Rename(taken, path, RenameMode.Replace) == FsError.None;
            if (!isBack && files.Stat(taken, out _) != FsError.NotFound) path = taken;
            p.Staged = null;
        }

        p.KeptSupply = files.Stat(path, out _) != FsError.NotFound ? path : null;
    }

    /// <summary>Stages a file with its bytes, mode, owner and mtime.</summary>
    /// <param name="p">Gets the staged path and its stamp; its outcome is set where its content is not what it should be.</param>
    /// <param name="writeBack">Wait until the bytes are on disk; else a long file's are begun.</param>
    public FsError Stage(Placement p, bool writeBack)
    {
        var crlf = hasCrlf?.Invoke(p.Target) == true ? Crlf(p) : null;
        var path = p.Supply.StagedPath is { } supply ? NewPath(supply) : NewPath();
        if (p.Supply.StagedPath is { } from)
        {
            // Under a name of its own: the same content may come again meanwhile.
            var taken = files.Rename(from, path, RenameMode.NoReplace);
            if (taken == FsError.NotFound) p.Outcome = PlacementOutcome.NoContent;
            if (taken != FsError.None) return taken;
            p.Staged = path;
        }

        var error = p.Supply.StagedPath is null ? files.Create(path, out var file) : files.OpenWrite(path, out file);
        if (error != FsError.None) return error;
        p.Staged = path;
        using (file)
        {
            if (crlf is not null) error = file!.Write(0, crlf);
            else if (p.Supply.Bytes is { } bytes) error = bytes.Length == 0 ? FsError.None : file!.Write(0, bytes);
            else if (p.Supply.LocalPath is { } local && !Copy(local, file!, p)) error = FsError.NotFound;
            if (error == FsError.None) error = file!.SetMeta(p.Entry.Mode, p.Entry.Owner ?? defaultOwner, p.Entry.MtimeNs);
            if (error == FsError.None && writeBack) error = file!.WriteBack();
            else if (error == FsError.None && p.Entry.Size >= EarlyWriteBack) file!.BeginWriteBack();
            if (error == FsError.None)
            {
                error = file!.Stat(out var stat);
                p.StagedStamp = stat.Stamp;
                p.DiskLength = crlf?.Length;
            }
        }

        if (error == FsError.None || p.Supply.StagedPath is not null) return error;
        files.RemoveFile(path);
        p.Staged = null;
        return error;
    }

    /// <summary>Copies a file of the share and checks that the copy is the wanted content.</summary>
    private bool Copy(string from, IWritableFile to, Placement p)
    {
        if (files.OpenRead(from, out var source) != FsError.None)
        {
            p.Outcome = PlacementOutcome.NoContent;
            return false;
        }

        using (source)
        {
            // By reflink where there are such; sparse stays sparse. Then read back: the copy counts, not the source.
            var same = source!.Stat(out var stat) == FsError.None && stat.Stamp.Size == p.Entry.Size
                && to.CopyFrom(source, 0, 0, stat.Stamp.Size) == FsError.None;
            if (same)
            {
                using var hasher = new ContentHasher(p.Entry.Size);
                var buffer = new byte[Math.Clamp(p.Entry.Size, 1, 1 << 20)];
                for (long at = 0; same && at < p.Entry.Size;)
                {
                    same = to.Read(at, buffer, out var read) == FsError.None && read > 0;
                    read = (int)Math.Min(read, p.Entry.Size - at);
                    if (same) hasher.Append(buffer.AsSpan(0, read));
                    at += read;
                }

                same = same && hasher.Finish().Id == p.Entry.Content;
            }

            same = same || (stat.Stamp.Size > p.Entry.Size && LfView.Of(source, stat.Stamp.Size) is { } view && LineText.Id(view.Lf.Span) == p.Entry.Content && to.Write(0, view.Lf.Span) == FsError.None);
            if (!same) p.Outcome = PlacementOutcome.NoContent;
            return same;
        }
    }

    /// <summary>The bytes with CRLF, if the content is text with LF. Those that were staged as they are in the share are then of no more use.</summary>
    private byte[]? Crlf(Placement p)
    {
        if (p.Entry.Size is 0 or > LineText.MaxLength) return null;
        if (p.Supply.Bytes is { } bytes) return LineText.IsLf(bytes) ? LineText.ToCrlf(bytes) : null;
        var from = p.Supply.StagedPath ?? p.Supply.LocalPath!;
        // What cannot be read now is told of when it is copied or taken over.
        if (files.OpenRead(from, out var file) != FsError.None) return null;
        using (file)
        {
            if (file!.Stat(out var stat) != FsError.None || stat.Stamp.Size < p.Entry.Size || stat.Stamp.Size > LineText.MaxCrlfLength) return null;
            bytes = GC.AllocateUninitializedArray<byte>((int)stat.Stamp.Size);
            for (var filled = 0; filled < bytes.Length;)
            {
                if (file.Read(filled, bytes.AsSpan(filled), out var read) != FsError.None || read == 0) return null;
                filled += read;
            }
        }

        // A file of the share may have it already, and may have been edited since.
        if (bytes.Length > p.Entry.Size && LineText.IsCrlf(bytes)) bytes = LineText.ToLf(bytes);
        if (!LineText.IsLf(bytes) || LineText.Id(bytes) != p.Entry.Content) return null;
        if (p.Supply.StagedPath is { } staged)
        {
            // Should this not be placed it is asked for again: under that name nothing but the content itself may stand.
            files.RemoveFile(staged);
            p.Supply = default;
        }

        return LineText.ToCrlf(bytes);
    }

    /// <summary>Stages something that is not a file.</summary>
    public FsError Stage(Placement p)
    {
        var path = NewPath();
        FileStat made;
        var error = p.Entry.Kind == EntryKind.Directory ? MakeDirectory(p, path, out made) : MakeLink(p, path, out made);
        if (error != FsError.None) return error;
        p.Staged = path;
        p.StagedStamp = made.Stamp;
        return FsError.None;
    }

    /// <summary>Makes a directory, with the entry's owner.</summary>
    public FsError MakeDirectory(Placement p, string path, out FileStat made)
    {
        // Its owner must be able to fill it; a stricter mode follows when it is filled.
        var error = files.MakeDirectory(path, p.Entry.Mode | 0x1C0, out made);
        if (error == FsError.None && (p.Entry.Owner ?? defaultOwner) is { } owner) files.SetOwner(path, owner);
        return error;
    }

    private FsError MakeLink(Placement p, string path, out FileStat made)
    {
        made = default;
        var error = files.MakeSymlink(path, p.Entry.LinkTarget!);
        if (error != FsError.None) return error;
        if ((p.Entry.Owner ?? defaultOwner) is { } owner) files.SetOwner(path, owner);
        error = files.SetMtime(path, p.Entry.MtimeNs);
        return error == FsError.None ? files.Stat(path, out made) : error;
    }
}
