using Sync.Engine.Files;

namespace Sync.Engine.Replicas;

/// <summary>The directory's side of the mark.</summary>
internal sealed class MarkFile(IFileSystem files)
{
    /// <summary>Where it is.</summary>
    public const string Path = PrivateDirectory.Name + "/" + PrivateDirectory.MarkName;

    /// <summary>Reads it; null if it is missing or no mark. An error: it may be there all the same.</summary>
    public FsError Read(out ReplicaMark? mark)
    {
        mark = null;
        var error = files.OpenRead(Path, out var file);
        if (error is FsError.NotFound or FsError.NotDirectory or FsError.IsDirectory or FsError.Escapes) return FsError.None;
        if (error != FsError.None) return error;
        using (file)
        {
            var bytes = new byte[ReplicaMark.MaxLength + 1];
            var length = 0;
            while (length < bytes.Length)
            {
                error = file!.Read(length, bytes.AsSpan(length), out var read);
                if (error != FsError.None) return error;
                if (read == 0) break;
                length += read;
            }

            mark = ReplicaMark.Parse(bytes.AsSpan(0, length));
            return FsError.None;
        }
    }

    /// <summary>Replaces it, durably.</summary>
    public FsError Write(ReplicaMark mark)
    {
        const string NewPath = Path + "-new";
        files.RemoveFile(NewPath);
        var error = files.Create(NewPath, out var file);
        if (error != FsError.None) return error;
        using (file)
        {
            error = file!.Write(0, mark.ToBytes());
            if (error == FsError.None) error = file.Sync();
        }

        if (error == FsError.None) error = files.Rename(NewPath, Path, RenameMode.Replace);
        return error == FsError.None ? files.Sync(".sync") : error;
    }

    /// <summary>Brings the one that stands there to the next count: these few bytes in place, durably. It is not made anew where it is gone.</summary>
    public FsError Advance(ReplicaMark mark)
    {
        var error = files.OpenWrite(Path, out var file);
        if (error != FsError.None) return error;
        using (file)
        {
            error = file!.Write(0, mark.ToBytes().AsSpan(0, ReplicaMark.CountLength));
            return error == FsError.None ? file.Sync() : error;
        }
    }
}
