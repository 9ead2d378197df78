namespace Sync.Bench.Compare;

/// <summary>What comparing two trees found.</summary>
/// <param name="Entries">Of the source.</param>
/// <param name="Different">How many are not the same.</param>
/// <param name="Example">One of them, and how it differs; null if there is none.</param>
/// <param name="CutShort">Files whose mtime did not keep its nanoseconds.</param>
internal sealed record TreeFinding(int Entries, int Different, string? Example, int CutShort)
{
    public bool Same => Different is 0;

    public override string ToString() => this switch
    {
        { Same: false } => $"{Different} of {Entries} entries differ: {Example}",
        { CutShort: > 0 } => $"identical but for {CutShort} mtimes, kept to the second or microsecond",
        _ => "identical",
    };
}
