using Sync.Delta;
using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>The part of a content that has arrived, open for its only writer. Ends by exactly one of the last three methods.</summary>
internal sealed class StagedPart(StagingArea area, IFileSystem files, ContentId content, string path, IWritableFile file, bool resumable)
{
    /// <summary>The bytes.</summary>
    public IWritableFile File => file;

    /// <summary>Keeps what is verified, to go on from there another time.</summary>
    public void Suspend(long verified)
    {
        if (!resumable || verified == 0)
        {
            Discard();
            return;
        }

        // Should this fail, taking it up again finds out: the prefix is verified then.
        _ = file.SetLength(verified);
        Close();
    }

    /// <summary>Removes it.</summary>
    public void Discard()
    {
        file.Dispose();
        _ = files.RemoveFile(path);
        if (resumable) area.Release(content);
    }

    /// <summary>Gives the whole, verified and written-back content its final name in staging.</summary>
    /// <param name="whole">What it is.</param>
    /// <param name="isContent">Reads a file and tells whether it is this content.</param>
    public FsError Complete(ContentId whole, Func<IReadableFile, bool> isContent)
    {
        file.Dispose();
        var target = StagingArea.CompletePath(whole);
        var error = files.Rename(path, target, RenameMode.NoReplace);
        if (error == FsError.Exists)
        {
            // Someone may be about to place what stands there, with its mode and mtime already set: it is left alone, unless it is not what its name says.
            if (files.OpenRead(target, out var standing) == FsError.None)
            {
                using (standing)
                    if (isContent(standing!)) error = FsError.None;
            }

            error = error == FsError.None ? files.RemoveFile(path) : files.Rename(path, target, RenameMode.Replace);
        }
        else if (error == FsError.Unsupported) error = files.Rename(path, target, RenameMode.Replace);

        if (error != FsError.None) _ = files.RemoveFile(path);
        if (resumable) area.Release(content);
        return error;
    }

    private void Close()
    {
        file.Dispose();
        area.Release(content);
    }
}
