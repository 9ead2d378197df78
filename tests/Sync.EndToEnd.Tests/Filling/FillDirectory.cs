namespace Sync.EndToEnd.Tests.Filling;

/// <summary>What is expected of one of the directories that come to a guest, and who works in it.</summary>
internal sealed class FillDirectory(int number)
{
    private readonly Dictionary<string, string?> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _rivals = new(StringComparer.Ordinal);

    public int Number => number;

    /// <summary>Who does what in it.</summary>
    public FillWork Work => (FillWork)(number % Enum.GetValues<FillWork>().Length);

    /// <summary>The name that it has last.</summary>
    public string Name { get; set; } = FormattableString.Invariant($"d{number}");

    /// <summary>The name that the directory in it has last.</summary>
    public string Inner { get; set; } = FillTree.Inner;

    /// <summary>It was deleted with all in it.</summary>
    public bool IsGone { get; set; }

    /// <summary>It was found under its former name.</summary>
    public bool IsUnderFormerName { get; set; }

    /// <summary>The content of each file that was ever in it, by its first path below it; null: it was deleted.</summary>
    public IDictionary<string, string?> Files => _files;

    /// <summary>What was made at a name that was to come.</summary>
    public IDictionary<string, string> Rivals => _rivals;

    /// <summary>Where a file is last.</summary>
    public string PathOf(string file) =>
        Name + "/" + (file.StartsWith(FillTree.Inner + "/", StringComparison.Ordinal) ? Inner + file[FillTree.Inner.Length..] : file);
}
