using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary>
/// The directories of one invocation. Nothing is deleted before its end: ext4 passes over inodes deleted in the last minutes one by one, so files made
/// after a deletion cost several times as much.
/// </summary>
internal sealed class Workplace : IDisposable
{
    private const int Deleters = 8;
    private readonly Options _options;
    private readonly string _run;
    private int _made;

    public Workplace(Options options)
    {
        _options = options;
        _run = Directory.CreateDirectory(Path.Combine(options.Directory, "run-" + Guid.NewGuid().ToString("N")[..8])).FullName;
    }

    /// <summary>The path of a directory that is not there yet.</summary>
    public string NewPath(string name) => Path.Combine(_run, string.Create(CultureInfo.InvariantCulture, $"{++_made:D2}-{name}"));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_options.Keep)
        {
            Progress.Say($"kept: {_run}");
            return;
        }

        Progress.Say("deleting this run's directories");
        // What deleting waits for is the disk, not a core; the trees' own top directories are what there is to divide.
        var parts = Directory.GetDirectories(_run).SelectMany(Directory.GetDirectories);
        Parallel.ForEach(parts, new ParallelOptions { MaxDegreeOfParallelism = Deleters }, d => Directory.Delete(d, recursive: true));
        Directory.Delete(_run, recursive: true);
    }
}
