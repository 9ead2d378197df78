namespace Sync.Shared.Doctor;

/// <summary>Paths in commands that people copy.</summary>
internal static class DoctorText
{
    /// <summary>As one word of a POSIX shell.</summary>
    public static string Quote(string path) =>
        path.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+:@%") || path.Length == 0
            ? "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'"
            : path;
}
