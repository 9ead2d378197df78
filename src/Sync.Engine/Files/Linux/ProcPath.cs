using System.Buffers.Text;

namespace Sync.Engine.Files.Linux;

/// <summary>The name <c>/proc/self/fd/N</c> of an open descriptor, for calls that take nothing but a path.</summary>
internal static unsafe class ProcPath
{
    public const int MaxLength = 32;

    /// <summary>Writes the name, ended by NUL, to a buffer of <see cref="MaxLength"/> bytes.</summary>
    public static void Write(int fd, byte* buffer)
    {
        var text = new Span<byte>(buffer, MaxLength);
        var prefix = "/proc/self/fd/"u8;
        prefix.CopyTo(text);
        Utf8Formatter.TryFormat(fd, text[prefix.Length..], out var digits);
        text[prefix.Length + digits] = 0;
    }
}
