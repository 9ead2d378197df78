using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Versions;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Mutants;

/// <summary>A file system that keeps all of its promises but one.</summary>
internal sealed class FlawedFileSystem(IFileSystem files, Flaw flaw, Dice dice) : IFileSystem
{
    private readonly Dictionary<string, FileStat> _old = [];

    public FileSystemTraits Traits => files.Traits;

    public bool RootIsIntact => files.RootIsIntact;

    public FsError Stat(string path, out FileStat stat)
    {
        var error = Hide(files.Stat(path, out stat));
        if (flaw != Flaw.StatIsOld || PrivateDirectory.Holds(path) || error != FsError.None) return error;
        // What was seen first is seen once more, then what is there.
        if (_old.Remove(path, out var old)) stat = old;
        else _old[path] = stat;
        return FsError.None;
    }

    public FsError List(string path, List<DirectoryItem> items)
    {
        var error = files.List(path, items);
        if (flaw == Flaw.ErrorsAreAbsence && error != FsError.None) return FsError.None;
        if (flaw == Flaw.ListMissesNames && items.Count > 0 && !PrivateDirectory.Holds(path + "/") && dice.OneIn(4)) items.RemoveAt(items.Count - 1);
        return error;
    }

    public FsError OpenRead(string path, out IReadableFile? file) => Hide(files.OpenRead(path, out file));

    public FsError Create(string path, out IWritableFile? file) => Flawed(files.Create(path, out file), ref file);

    public FsError OpenWrite(string path, out IWritableFile? file) => Flawed(files.OpenWrite(path, out file), ref file);

    public FsError MakeDirectory(string path, uint mode) => files.MakeDirectory(path, mode);

    public FsError MakeDirectory(string path, uint mode, out FileStat made) => files.MakeDirectory(path, mode, out made);

    public FsError MakeSymlink(string path, string target) => files.MakeSymlink(path, flaw == Flaw.LinksPointElsewhere ? "elsewhere" : target);

    public FsError ReadLink(string path, out string? target) => files.ReadLink(path, out target);

    public FsError Rename(string from, string to, RenameMode mode)
    {
        switch (flaw)
        {
            case Flaw.ExchangeReplaces when mode == RenameMode.Exchange && dice.OneIn(3):
                var kept = files.Rename(from, to, RenameMode.Replace);
                if (kept == FsError.None && files.Create(from, out var empty) == FsError.None) empty!.Dispose();
                return kept;
            case Flaw.NoReplaceReplaces when mode == RenameMode.NoReplace && !PrivateDirectory.Holds(to):
                return files.Rename(from, to, RenameMode.Replace);
            case Flaw.VersionsAreDropped when to.StartsWith(VersionStore.DirectoryPath, StringComparison.Ordinal):
            case Flaw.DisplacedIsDropped when to.StartsWith(PrivateDirectory.Displaced, StringComparison.Ordinal):
                return files.RemoveFile(from);
            default:
                return files.Rename(from, to, mode);
        }
    }

    public FsError RemoveFile(string path) =>
        flaw == Flaw.StagingIsNotRemoved && path.StartsWith(PrivateDirectory.Staging, StringComparison.Ordinal) ? FsError.None : files.RemoveFile(path);

    public FsError RemoveDirectory(string path)
    {
        if (flaw == Flaw.RemovalIsForgotten && !PrivateDirectory.Holds(path)) return FsError.None;
        var error = files.RemoveDirectory(path);
        if (flaw != Flaw.RemovesFullDirectories || error != FsError.NotEmpty) return error;
        _ = TreeFiles.Remove(files, path, EntryKind.Directory);
        return FsError.None;
    }

    public FsError SetMode(string path, uint mode) => flaw == Flaw.ModeIsNotSet ? FsError.None : files.SetMode(path, mode);

    public FsError SetOwner(string path, ulong owner) => files.SetOwner(path, owner);

    public FsError SetMtime(string path, long mtimeNs) => flaw == Flaw.MtimeIsNotSet ? FsError.None : files.SetMtime(path, mtimeNs);

    public FsError Sync(string path) => flaw == Flaw.SyncDoesNothing ? FsError.None : files.Sync(path);

    public FsError SyncAll() => flaw == Flaw.SyncDoesNothing ? FsError.None : files.SyncAll();

    public bool? HasNoWriter(string path) => files.HasNoWriter(path);

    public FsError Space(out long free, out long total) => files.Space(out free, out total);

    public void Dispose() => files.Dispose();

    private FsError Hide(FsError error) => flaw == Flaw.ErrorsAreAbsence && error is FsError.Io or FsError.Denied ? FsError.NotFound : error;

    private FsError Flawed(FsError error, ref IWritableFile? file)
    {
        if (file is not null) file = new File(file, flaw);
        return error;
    }

    private sealed class File(IWritableFile file, Flaw flaw) : IWritableFile
    {
        public FsError Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, flaw == Flaw.WritesAreShort && data.Length > 40 ? data[..^1] : data);

        public FsError Read(long offset, Span<byte> buffer, out int read) => file.Read(offset, buffer, out read);

        public FsError CopyFrom(IReadableFile source, long sourceOffset, long offset, long length) =>
            file.CopyFrom(source, sourceOffset, offset, flaw == Flaw.CopiesAreWrong ? length / 2 : length);

        public FsError SetLength(long length) => file.SetLength(length);

        public FsError SetMeta(uint mode, ulong? owner, long mtimeNs)
        {
            if (file.Stat(out var stat) is var error and not FsError.None) return error;
            return file.SetMeta(flaw == Flaw.ModeIsNotSet ? stat.Mode : mode, owner, flaw == Flaw.MtimeIsNotSet ? stat.Stamp.MtimeNs : mtimeNs);
        }

        public bool TrySetDirect(bool direct) => file.TrySetDirect(direct);

        public void BeginWriteBack() => file.BeginWriteBack();

        public FsError WriteBack() => flaw == Flaw.SyncDoesNothing ? FsError.None : file.WriteBack();

        public FsError Sync() => flaw == Flaw.SyncDoesNothing ? FsError.None : file.Sync();

        public FsError Stat(out FileStat stat) => file.Stat(out stat);

        public void Dispose() => file.Dispose();
    }
}
