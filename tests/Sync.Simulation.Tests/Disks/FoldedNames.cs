namespace Sync.Simulation.Tests.Disks;

/// <summary>Which names a disk takes for the same. Of composed letters it knows one, which is all that is written here.</summary>
internal sealed class FoldedNames(bool foldsCase, bool foldsForms) : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<char>, string>
{
    private readonly StringComparer _folded = foldsCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The comparer of a disk's directories.</summary>
    public static IEqualityComparer<string> Of(DiskTraits traits) =>
        traits.FoldsForms ? new FoldedNames(traits.FoldsCase, true) : traits.FoldsCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    public bool Equals(string? x, string? y) => _folded.Equals(Form(x), Form(y));

    public int GetHashCode(string obj) => _folded.GetHashCode(Form(obj)!);

    public bool Equals(ReadOnlySpan<char> alternate, string other) => Equals(alternate.ToString(), other);

    public int GetHashCode(ReadOnlySpan<char> alternate) => GetHashCode(alternate.ToString());

    public string Create(ReadOnlySpan<char> alternate) => alternate.ToString();

    private string? Form(string? name) => foldsForms ? name?.Replace("e\u0301", "\u00e9", StringComparison.Ordinal).Replace("E\u0301", "\u00c9", StringComparison.Ordinal) : name;
}
