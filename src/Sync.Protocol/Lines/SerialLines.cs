namespace Sync.Protocol.Lines;

/// <summary>The lines of this process by which it reaches hosts: one for each path, shared by its channels, closed with the last of them.</summary>
internal static class SerialLines
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, (SerialLine Line, int Users)> Lines = new(StringComparer.Ordinal);

    /// <summary>Lines that are being closed: a device that one process at a time may open is busy until then.</summary>
    private static readonly Dictionary<string, Task> Closing = new(StringComparer.Ordinal);

    /// <summary>Opens a channel over the line at a path.</summary>
    /// <exception cref="Connecting.DialException">It cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">Nobody was there in time.</exception>
    public static async ValueTask<Stream> OpenChannelAsync(string path, CancellationToken cancel)
    {
        SerialLine line;
        lock (Gate)
        {
            line = Lines.TryGetValue(path, out var known) ? known.Line : new SerialLine(stop => OpenAsync(path, stop), accept: null, TimeProvider.System);
            Lines[path] = (line, known.Users + 1);
        }

        try
        {
            var channel = await line.OpenChannelAsync(cancel);
            channel.Released = () => Release(path);
            return channel;
        }
        catch
        {
            Release(path);
            throw;
        }
    }

    private static async ValueTask<Stream> OpenAsync(string path, CancellationToken stop)
    {
        Task former;
        lock (Gate) former = Closing.GetValueOrDefault(path, Task.CompletedTask);
        await former.WaitAsync(stop);
        return await LineDevices.OpenAsync(path, stop);
    }

    private static void Release(string path)
    {
        lock (Gate)
        {
            var (line, users) = Lines[path];
            if (users > 1)
            {
                Lines[path] = (line, users - 1);
                return;
            }

            Lines.Remove(path);
            // It never throws: what happens on the line has ended its channels.
            Closing[path] = line.DisposeAsync().AsTask();
        }
    }
}
