#pragma warning disable RS0030 // This is the layer that the ban points to.
namespace Sync.Engine.Files.Portable;

/// <summary>Checks a share path and joins it to a root's.</summary>
internal static class PortablePath
{
    private const int MaxNameBytes = 255;

    private static readonly System.Text.UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The system's path of a share path. What is checked here is its text and, look by look, that no symlink stands on the way:
    /// without descriptors, one put there right after the look is followed.</summary>
    public static FsError Resolve(string root, string path, out string full)
    {
        full = root;
        if (path.Length == 0)
            return FsError.None;
        var names = path.Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            var error = Check(names[i]);
            if (error != FsError.None)
                return error;
        }

        for (var i = 0; i < names.Length; i++)
        {
            full = Path.Join(full, names[i]);
            if (i == names.Length - 1)
                break;
            var step = new DirectoryInfo(full);
            if (step.LinkTarget is not null)
                return FsError.Escapes;
            if (!step.Exists)
                return File.Exists(full) ? FsError.NotDirectory : FsError.NotFound;
        }

        return FsError.None;
    }

    private static FsError Check(string name)
    {
        if (name == "..")
            return FsError.Escapes;
        if (name is "" or "." || name.Contains('\0', StringComparison.Ordinal) || name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
            return FsError.BadName;
        try
        {
            return Strict.GetByteCount(name) > MaxNameBytes ? FsError.NameTooLong : FsError.None;
        }
        catch (System.Text.EncoderFallbackException)
        {
            return FsError.BadName;
        }
    }
}
