using Sync.Delta;
using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>The part of a content that has arrived, open for its only writer. Ends by exactly one of the last three methods.</summary>
internal sealed class StagedPart(StagingArea area, IFileSystem files, ContentId content, string path, IWritableFile file, bool resumable)
{
    private ContentId _content = content;
    private string _path = path;
    private bool _isResumable = resumable;

    /// <summary>The bytes.</summary>
    public IWritableFile File => file;

    /// <summary>Keeps what is verified, to go on from there another time.</summary>
    public void Suspend(long verified)
    {
        if (!_isResumable || verified == 0)
        {
            Discard();
            return;
        }

        // Should this fail, taking it up again finds out: the prefix is verified then.
        _ = file.SetLength(verified);
        Close();
    }

    /// <summary>It is known now what it will be: it can be gone on from, unless another is at work on that.</summary>
    public void Claim(ContentId whole)
    {
        if (_isResumable || !area.TryTake(whole)) return;
        var target = StagingArea.PartialPath(whole);
        if (files.Rename(_path, target, RenameMode.Replace) != FsError.None)
        {
            area.Release(whole);
            return;
        }

        (_content, _path, _isResumable) = (whole, target, true);
    }

    /// <summary>Removes it.</summary>
    public void Discard()
    {
        file.Dispose();
        _ = files.RemoveFile(_path);
        if (_isResumable) area.Release(_content);
    }

    /// <summary>Gives the whole, verified and written-back content its final name in staging.</summary>
    /// <param name="whole">What it is.</param>
    /// <param name="isContent">Reads a file and tells whether it is this content.</param>
    public FsError Complete(ContentId whole, Func<IReadableFile, bool> isContent)
    {
        file.Dispose();
        var target = StagingArea.CompletePath(whole);
        var error = files.Rename(_path, target, RenameMode.NoReplace);
        if (error == FsError.Exists)
        {
            // Someone may be about to place what stands there, with its mode and mtime already set: it is left alone, unless it is not what its name says.
            if (files.OpenRead(target, out var standing) == FsError.None)
            {
                using (standing)
                    if (isContent(standing!)) error = FsError.None;
            }

            error = error == FsError.None ? files.RemoveFile(_path) : files.Rename(_path, target, RenameMode.Replace);
        }
        else if (error == FsError.Unsupported) error = files.Rename(_path, target, RenameMode.Replace);

        if (error != FsError.None) _ = files.RemoveFile(_path);
        if (_isResumable) area.Release(_content);
        return error;
    }

    private void Close()
    {
        file.Dispose();
        area.Release(_content);
    }
}
