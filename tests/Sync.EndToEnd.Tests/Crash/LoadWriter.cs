using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>A program that saves in a way of its own, in a directory where nobody else does, and remembers what it has saved.</summary>
internal abstract class LoadWriter(TestTree tree, string name, int seed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Its name, and its directory's.</summary>
    public string Name { get; } = name;

    /// <summary>Where it works.</summary>
    public TestTree Tree { get; } = tree;

    protected Random Random { get; } = new(seed);

    /// <summary>Saves once.</summary>
    public void Step()
    {
        lock (_gate)
            Save(_files);
    }

    /// <summary>The path and content of every file that it has finished, and neither replaced nor deleted.</summary>
    public Dictionary<string, string> Finished()
    {
        lock (_gate)
            return new Dictionary<string, string>(_files, StringComparer.Ordinal);
    }

    /// <summary>Saves once, and notes it.</summary>
    /// <param name="files">What it has finished, by path.</param>
    protected abstract void Save(Dictionary<string, string> files);

    /// <summary>A content that was never there before: small mostly, now and then too large to travel with the change.</summary>
    protected string NewContent()
    {
        int length = Random.Next(40) == 0 ? 100_000 : Random.Next(2000);
        return string.Create(CultureInfo.InvariantCulture, $"{Name} {++_count} {new string((char)('a' + Random.Next(26)), length)}\n");
    }

    /// <summary>One of a few names in its directory.</summary>
    protected string AnyPath(int names) => string.Create(CultureInfo.InvariantCulture, $"{Name}/f{Random.Next(names)}.txt");
}
