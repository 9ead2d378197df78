namespace Sync.Shared.Data;

/// <summary>Replaces small files whole: a reader, or the next start after a power cut, sees the old or the new bytes.</summary>
internal static class AtomicFile
{
    /// <summary>Writes, flushes to the disk, renames over. The file is readable by its owner only.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
