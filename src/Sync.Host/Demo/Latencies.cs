using System.Diagnostics;
using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Host.Demo;

/// <summary>How long saved files take from one directory to another.</summary>
internal sealed class Latencies
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<TimeSpan> _samples = [];

    /// <summary>Saves a small file again and again, and watches for each on the other side.</summary>
    /// <param name="from">The directory that is written to.</param>
    /// <param name="to">Where it is to appear.</param>
    /// <param name="path">The file's path in both.</param>
    /// <param name="count">How often.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Latencies> MeasureAsync(string from, string to, string path, int count, CancellationToken cancel)
    {
        var latencies = new Latencies();
        var source = Path.Combine(from, path);
        var target = Path.Combine(to, path);
        Directory.CreateDirectory(Path.GetDirectoryName(source)!);
        for (var i = 0; i < count; i++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"edit {i} of {Guid.NewGuid()}\n");
            await File.WriteAllTextAsync(source, text, cancel);
            var saved = Stopwatch.GetTimestamp();
            while (!Holds(target, text))
            {
                if (Stopwatch.GetElapsedTime(saved) > Patience)
                    throw new CommandFailure($"an edit of {Printable.Text(source)} was not at {Printable.Text(target)} after {Patience.TotalSeconds} s");
                cancel.ThrowIfCancellationRequested();
                // The figure is good to a millisecond; looking without a pause would take the agents' own CPU.
                Thread.Sleep(1);
            }

            latencies._samples.Add(Stopwatch.GetElapsedTime(saved));
        }

        latencies._samples.Sort();
        return latencies;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, {_samples.Count} saves");

    private double At(double part) => _samples[Math.Min(_samples.Count - 1, (int)(part * _samples.Count))].TotalMilliseconds;

    private static bool Holds(string path, string text)
    {
        try
        {
            return string.Equals(File.ReadAllText(path), text, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
