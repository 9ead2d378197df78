using System.Text;
using System.Text.Json;
using Sync.Shared.Data;

namespace Sync.Host.Auditing;

/// <summary>
/// <c>audit.jsonl</c> in the data directory: a JSON object a line, appended and synced, never changed. At <see cref="LargestFile"/> it becomes
/// <c>audit.1.jsonl</c>, and so on; the oldest of <see cref="MostFiles"/> goes. What strangers can cause is bounded, so that they cannot push the rest out.
/// </summary>
/// <param name="data">Where.</param>
/// <param name="time">The clock.</param>
/// <param name="cannotWrite">Told of an entry that could not be written, with the reason.</param>
/// <param name="largestFile">In bytes.</param>
internal sealed class AuditLog(DataDirectory data, TimeProvider time, Action<Exception, string> cannotWrite, long largestFile = AuditLog.LargestFile) : IAuditLog
{
    /// <summary>In bytes; about 40,000 entries.</summary>
    public const long LargestFile = 8 << 20;

    /// <summary>The one that is written, and those before it.</summary>
    public const int MostFiles = 8;

    /// <summary>Refusals that are written within <see cref="RefusalWindow"/>; more are counted only.</summary>
    public const int MostRefusals = 100;

    private static readonly TimeSpan RefusalWindow = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private long _windowBegan;
    private int _refusals;
    private int _leftOut;

    /// <inheritdoc/>
    public void Write(AuditEntry entry)
    {
        lock (_gate)
        {
            if (entry.Outcome == AuditEntry.Refused && !MayTellRefusal())
            {
                _leftOut++;
                return;
            }

            var line = JsonSerializer.SerializeToUtf8Bytes(
                entry with { At = time.GetUtcNow(), LeftOut = _leftOut > 0 ? _leftOut : null }, AuditJson.Default.AuditEntry);
            try
            {
                Append(line);
                _leftOut = 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                cannotWrite(e, Encoding.UTF8.GetString(line));
            }
        }
    }

    private bool MayTellRefusal()
    {
        var now = time.GetTimestamp();
        if (_refusals == 0 || time.GetElapsedTime(_windowBegan, now) >= RefusalWindow)
        {
            _windowBegan = now;
            _refusals = 0;
        }

        return ++_refusals <= MostRefusals;
    }

    private void Append(byte[] line)
    {
        data.Ensure();
        Rotate(line.Length + 1);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(data.AuditFile(0), options);
        var end = file.Length;
        if (end > 0)
            file.Seek(end - 1, SeekOrigin.Begin);
        // A power cut may have left half a line: the next one begins anew.
        byte[] bytes = end > 0 && file.ReadByte() != '\n' ? [(byte)'\n', .. line, (byte)'\n'] : [.. line, (byte)'\n'];
        file.Seek(end, SeekOrigin.Begin);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    private void Rotate(int more)
    {
        var present = new FileInfo(data.AuditFile(0));
        if (!present.Exists || present.Length == 0 || present.Length + more <= largestFile)
            return;
        for (var number = MostFiles - 2; number >= 0; number--)
        {
            if (File.Exists(data.AuditFile(number)))
                File.Move(data.AuditFile(number), data.AuditFile(number + 1), overwrite: true);
        }
    }
}
