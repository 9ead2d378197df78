using Sync.Shared.Data;

namespace Sync.Shared.Logs;

/// <summary>
/// <c>logs/agent.jsonl</c> in the data directory, for appending: at <see cref="LargestFile"/> it becomes <c>agent.1.jsonl</c>, and so on; the
/// oldest of <see cref="MostFiles"/> goes. One writer. Not synced to the disk: a power cut costs the last seconds.
/// </summary>
internal sealed class LogFile(DataDirectory data, long largestFile = LogFile.LargestFile) : IDisposable
{
    /// <summary>In bytes.</summary>
    public const long LargestFile = 8 << 20;

    /// <summary>The one that is written, and those before it: 40 MiB in all at most.</summary>
    public const int MostFiles = 5;

    private FileStream? _file;

    /// <summary>Appends whole lines, which come to at most <see cref="LargestFile"/>.</summary>
    /// <exception cref="IOException">The disk is full, or worse.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        _file ??= Open();
        if (_file.Length > 0 && _file.Length + lines.Length > largestFile)
        {
            Rotate();
            _file = Open();
        }

        _file.Write(lines);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private FileStream Open()
    {
        data.Ensure();
        Directory.CreateDirectory(Path.GetDirectoryName(data.LogFile(0))!);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(data.LogFile(0), options);
    }

    private void Rotate()
    {
        Dispose();
        for (var number = MostFiles - 2; number >= 0; number--)
        {
            if (File.Exists(data.LogFile(number)))
                File.Move(data.LogFile(number), data.LogFile(number + 1), overwrite: true);
        }
    }
}
