using System.Globalization;

namespace Sync.Simulation.Tests.Runs;

/// <summary>How far a long run has come, and what it has found: a file, so that the next one goes on from there.</summary>
internal sealed class SeedState
{
    private readonly string? _path;

    private SeedState(string? path) => _path = path;

    /// <summary>The next seed.</summary>
    public ulong Next { get; set; } = 1;

    /// <summary>Lines of seeds that failed.</summary>
    public List<string> Failed { get; } = [];

    /// <summary>Reads the state; one that begins, if there is none. Without a path nothing is kept.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SeedState Open(string? path)
    {
        var state = new SeedState(path);
        if (path is null || !File.Exists(path)) return state;
        var lines = File.ReadAllLines(path);
        state.Next = ulong.Parse(lines[0], CultureInfo.InvariantCulture);
        state.Failed.AddRange(lines.AsSpan(1));
        return state;
    }

    /// <summary>Replaces the file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save()
    {
        if (_path is null) return;
        File.WriteAllLines(_path + ".new", [Next.ToString(CultureInfo.InvariantCulture), .. Failed]);
        File.Move(_path + ".new", _path, overwrite: true);
    }
}
