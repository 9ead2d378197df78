using System.Diagnostics;
using System.Security.Cryptography;

namespace Sync.Bench;

/// <summary>Saves one small file again and again, and times each until the same bytes are on the other side.</summary>
internal static class SaveProbe
{
    /// <summary>An editor's save of a source file.</summary>
    public const int SaveBytes = 2048;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(30);

    /// <param name="from">The directory saved to.</param>
    /// <param name="to">The directory watched.</param>
    /// <param name="name">The file's name in both.</param>
    /// <param name="count">How many saves.</param>
    /// <param name="goOn">Asked before each save; false ends the measurement early.</param>
    /// <returns>From the writer's close to the first read that holds the bytes, one a save.</returns>
    /// <exception cref="TimeoutException">A save did not arrive.</exception>
    public static async Task<List<TimeSpan>> MeasureAsync(string from, string to, string name, int count, Func<bool> goOn)
    {
        var samples = new List<TimeSpan>(count);
        var bytes = new byte[SaveBytes];
        var seen = new byte[SaveBytes + 1];
        var target = Path.Combine(to, name);
        for (var i = 0; i < count && goOn(); i++)
        {
            RandomNumberGenerator.Fill(bytes);
            await File.WriteAllBytesAsync(Path.Combine(from, name), bytes);
            var saved = Stopwatch.GetTimestamp();
            while (!Holds(target, bytes, seen))
            {
                if (Stopwatch.GetElapsedTime(saved) > Patience)
                    throw new TimeoutException($"save {i} of {name} in {from} was not in {to} after {Patience.TotalSeconds} s");
                // Good to a fifth of a millisecond; looking without a pause would take one of the agents' cores.
                Thread.Sleep(TimeSpan.FromMicroseconds(200));
            }

            samples.Add(Stopwatch.GetElapsedTime(saved));
            await Task.Delay(Between);
        }

        return samples;
    }

    private static bool Holds(string path, byte[] expected, byte[] buffer)
    {
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var read = RandomAccess.Read(file, buffer, 0);
            return buffer.AsSpan(0, read).SequenceEqual(expected);
        }
        catch (FileNotFoundException)
        {
            // Not there yet is what this waits on.
            return false;
        }
    }
}
