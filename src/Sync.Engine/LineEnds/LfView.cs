using Sync.Engine.Files;

namespace Sync.Engine.LineEnds;

/// <summary>A text file of CRLF as the share has it: with LF. Its stat is the file's own, with the length on disk. One user.</summary>
internal sealed class LfView : IReadableFile
{
    private readonly IReadableFile _file;
    private readonly byte[] _lf;

    private LfView(IReadableFile file, byte[] crlf)
    {
        _file = file;
        _lf = LineText.ToLf(crlf);
        Crlf = crlf;
    }

    /// <summary>Of the bytes with LF.</summary>
    public long Length => _lf.Length;

    /// <summary>The bytes with LF.</summary>
    public ReadOnlyMemory<byte> Lf => _lf;

    /// <summary>What is on disk.</summary>
    public byte[] Crlf { get; }

    /// <summary>The file, taken over, if all of it is text with CRLF, and short enough; else null, and it is still the caller's. An error is for the caller's own reading to find.</summary>
    /// <param name="file">At most read.</param>
    /// <param name="length">On disk, in bytes.</param>
    public static LfView? Of(IReadableFile file, long length)
    {
        if (length is < 2 or > LineText.MaxCrlfLength) return null;
        Span<byte> beginning = stackalloc byte[512];
        if (file.Read(0, beginning, out var read) != FsError.None || !LineText.MayBeCrlf(beginning[..read])) return null;
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        for (var filled = 0; filled < bytes.Length; filled += read)
            if (file.Read(filled, bytes.AsSpan(filled), out read) != FsError.None || read == 0) return null;
        return LineText.IsCrlf(bytes) ? new LfView(file, bytes) : null;
    }

    /// <inheritdoc/>
    public FsError Stat(out FileStat stat) => _file.Stat(out stat);

    /// <inheritdoc/>
    public FsError Read(long offset, Span<byte> buffer, out int read)
    {
        read = (int)Math.Clamp(_lf.Length - offset, 0, buffer.Length);
        if (read > 0) _lf.AsSpan((int)offset, read).CopyTo(buffer);
        return FsError.None;
    }

    /// <inheritdoc/>
    public FsError ReadOnce(long offset, Span<byte> buffer, out int read) => Read(offset, buffer, out read);

    /// <inheritdoc/>
    public long NextData(long offset) => offset;

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
