using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Shared.Data;

/// <summary>
/// The exclusive right to a data directory, held while an agent runs or a command changes the configuration without one. The kernel
/// takes it back when the process ends, however it ends.
/// </summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _processFile;

    private DataLock(FileStream file, string processFile)
    {
        _file = file;
        _processFile = processFile;
    }

    /// <summary>Takes it; waits a moment where the holder is only a command that changes the configuration.</summary>
    /// <exception cref="CommandFailure">Another agent has it.</exception>
    public static async Task<DataLock> TakeAsync(DataDirectory data, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (TryTake(data) is { } taken)
                return taken;
            if (time.GetElapsedTime(started) >= patience)
                throw Taken(data);
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancel);
        }
    }

    /// <summary>Takes it; null if another process has it.</summary>
    public static DataLock? TryTake(DataDirectory data)
    {
        data.Ensure();
        FileStream file;
        try
        {
            file = new FileStream(data.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandFailure(ExitCode.NotAllowed, $"the data directory {Printable.Text(data.Path)} belongs to another user; choose another with --data", e);
        }
        catch (IOException)
        {
            // What FileShare.None means here is a lock that another process holds.
            return null;
        }

        File.WriteAllText(data.ProcessFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataLock(file, data.ProcessFile);
    }

    /// <summary>Says who has it.</summary>
    public static CommandFailure Taken(DataDirectory data) => new(
        $"another agent{Holder(data)} uses the data directory {Printable.Text(data.Path)}; stop it, or choose another directory with --data");

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(_processFile);
        _file.Dispose();
    }

    private static string Holder(DataDirectory data)
    {
        try
        {
            return int.TryParse(File.ReadAllText(data.ProcessFile), CultureInfo.InvariantCulture, out var id)
                ? string.Create(CultureInfo.InvariantCulture, $" (process {id})")
                : "";
        }
        catch (IOException)
        {
            // The holder ended, or has not written it yet: the message does without.
            return "";
        }
    }
}
