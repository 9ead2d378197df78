using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>A program that saves in a way of its own, in a directory where nobody else does, and remembers what it has saved.</summary>
internal abstract class LoadWriter(TestTree tree, string name, int seed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly List<(char Letter, int Length)> _saves = [];

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

    /// <summary>It moves what it has saved to other names, and back.</summary>
    public virtual bool MovesFiles => false;

    /// <summary>Each of its files keeps its name, and is never deleted.</summary>
    public virtual bool KeepsFiles => false;

    /// <summary>Its files go from one save to the next in an instant.</summary>
    public virtual bool IsAtomic => false;

    /// <summary>What it has finished is on its disk, whatever happens then.</summary>
    public virtual bool IsDurable => false;

    /// <summary>Goes on from what stands now: its disk has lost some of what it saved.</summary>
    public void GoOnFrom(IReadOnlyDictionary<string, string> files)
    {
        lock (_gate)
        {
            _files.Clear();
            foreach ((string path, string content) in files)
                _files[path] = content;
        }
    }

    /// <summary>The number of its save that a content ends with; 0 if it is not one or more saves, each whole.</summary>
    public int LastSaveIn(string content)
    {
        lock (_gate)
            return content.EndsWith('\n') ? content[..^1].Split('\n').Aggregate(int.MaxValue, (last, save) => last == 0 ? 0 : NumberOf(save)) : 0;
    }

    /// <summary>Whether its file can have had this content: saves, each whole, or the last still being written where it writes in place.</summary>
    public bool CanHaveMade(string content)
    {
        if (LastSaveIn(content) > 0)
            return true;
        int last = content.LastIndexOf('\n') + 1;
        return !IsAtomic && (last == 0 || LastSaveIn(content[..last]) > 0) && IsBeginning(content[last..]);
    }

    private bool IsBeginning(string save)
    {
        lock (_gate)
        {
            string[] parts = save.Split(' ');
            return parts.Length < 3 ? $"{Name} {_saves.Count}".Length >= save.Length && Name.StartsWith(parts[0], StringComparison.Ordinal) : IsSave(parts, isWhole: false) > 0;
        }
    }

    private int NumberOf(string save) => IsSave(save.Split(' '), isWhole: true);

    private int IsSave(string[] parts, bool isWhole)
    {
        if (parts.Length != 3 || parts[0] != Name || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out int number) || number < 1 || number > _saves.Count)
            return 0;
        (char letter, int length) = _saves[number - 1];
        return (isWhole ? parts[2].Length == length : parts[2].Length <= length) && !parts[2].AsSpan().ContainsAnyExcept(letter) ? number : 0;
    }

    /// <summary>Saves once, and notes it.</summary>
    /// <param name="files">What it has finished, by path.</param>
    protected abstract void Save(Dictionary<string, string> files);

    /// <summary>A content that was never there before: small mostly, now and then too large to travel with the change.</summary>
    protected string NewContent()
    {
        int length = Random.Next(40) == 0 ? 100_000 : Random.Next(2000);
        char letter = (char)('a' + Random.Next(26));
        _saves.Add((letter, length));
        return string.Create(CultureInfo.InvariantCulture, $"{Name} {_saves.Count} {new string(letter, length)}\n");
    }

    /// <summary>One of a few names in its directory.</summary>
    protected string AnyPath(int names) => string.Create(CultureInfo.InvariantCulture, $"{Name}/f{Random.Next(names)}.txt");
}
