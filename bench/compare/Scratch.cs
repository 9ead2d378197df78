using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>
/// The directories of one invocation. Trees are deleted at its very end only: ext4 passes over inodes deleted in the last minutes one by one,
/// so files made after a deletion cost several times as much.
/// </summary>
internal sealed class Scratch : IDisposable
{
    private static readonly TimeSpan Aftermath = TimeSpan.FromMinutes(5);
    private const int Deleters = 8;
    private readonly Options _options;
    private readonly string _run;
    private int _made;

    public Scratch(Options options)
    {
        _options = options;
        Cache = Directory.CreateDirectory(Path.Combine(options.Directory, "cache")).FullName;
        _run = Directory.CreateDirectory(Path.Combine(options.Directory, "run-" + Guid.NewGuid().ToString("N")[..8])).FullName;
    }

    /// <summary>What is kept for the next invocation.</summary>
    public string Cache { get; }

    private string Stamp => Path.Combine(_options.Directory, "deleted");

    /// <summary>The path of a directory that is not there yet.</summary>
    public string NewPath(string name) => Path.Combine(_run, string.Create(CultureInfo.InvariantCulture, $"{++_made:D3}-{name}"));

    /// <summary>A new, empty directory.</summary>
    public string NewDirectory(string name) => Directory.CreateDirectory(NewPath(name)).FullName;

    /// <summary>Deletes a directory of a few large files, whose space the next run needs.</summary>
    public void DropFiles(string directory)
    {
        if (!_options.Keep && Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    /// <summary>Whether there is room for this much more, and some to spare.</summary>
    public bool HasRoom(long bytes) => new DriveInfo(_run).AvailableFreeSpace > bytes + (2L << 30);

    /// <summary>Waits until the file system has got over the trees that an earlier invocation deleted.</summary>
    public async Task SettleAsync()
    {
        if (_options.Quick || !_options.Includes(Work.First, Work.Unchanged, Work.Replaced, Work.Burst, Work.Slow) || !File.Exists(Stamp))
            return;
        var left = File.GetLastWriteTimeUtc(Stamp) + Aftermath - DateTime.UtcNow;
        if (left <= TimeSpan.Zero)
            return;
        Progress.Say($"waiting {left.TotalSeconds:0} s: trees have just been deleted here, which slows down making files");
        await Task.Delay(left);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_options.Keep)
        {
            Progress.Say($"kept: {_run}");
            return;
        }

        Progress.Say("deleting this run's directories");
        // What deleting waits for is the disk, not a core.
        Parallel.ForEach(Directory.GetDirectories(_run), new ParallelOptions { MaxDegreeOfParallelism = Deleters }, d => Directory.Delete(d, recursive: true));
        Directory.Delete(_run, recursive: true);
        File.WriteAllText(Stamp, "");
        Progress.Say("done");
    }
}
