using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>Reads and replaces small files of a pull's own, whole.</summary>
internal static class RecordFile
{
    /// <summary>The record in a file; null: there is none that can be used.</summary>
    public static WorkspaceRecord? Read(DirectoryHandle directory, string name)
    {
        if (directory.OpenRead(name, out var file) != FsError.None) return null;
        using (file)
        {
            if (OpenFile.Stat(file!, out var stat) != FsError.None || stat.Kind != Model.EntryKind.File || stat.Stamp.Size > WorkspaceRecord.MaxBytes) return null;
            var bytes = GC.AllocateUninitializedArray<byte>((int)stat.Stamp.Size);
            return OpenFile.Read(file!, 0, bytes, out var read) == FsError.None && read == bytes.Length ? WorkspaceRecord.Decode(bytes) : null;
        }
    }

    /// <summary>Writes a record beside, then renames it over.</summary>
    public static FsError Write(DirectoryHandle directory, string name, WorkspaceRecord record)
    {
        var draft = name + ".new";
        var error = directory.RemoveFile(draft);
        if (error is not (FsError.None or FsError.NotFound)) return error;
        error = directory.Create(draft, 0x180, out var file);
        if (error != FsError.None) return error;
        using (file) error = OpenFile.Write(file!, 0, record.Encode());
        if (error == FsError.None) error = directory.Rename(draft, directory, name, RenameMode.Replace);
        if (error != FsError.None) directory.RemoveFile(draft);
        return error;
    }
}
