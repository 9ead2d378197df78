namespace Sync.Bench.Compare;

/// <summary>What a row is called.</summary>
internal sealed class Labels(Options options, Results results)
{
    private readonly string _edited = options.Quick ? "128 MiB" : "1 GiB";

    public string Of(Work work, string variant = "") => work switch
    {
        Work.First => $"first sync of a kernel source tree: {Note("tree")}",
        Work.Unchanged => "agent restart (rsync: again), nothing changed",
        Work.Save => $"a 2 KB save → there, in that tree, idle: {variant}",
        Work.Burst => $"{Edits.BurstFiles:N0} files of 2 KB made",
        Work.Replaced => $"that tree replaced by another version ({Note("replaced")})",
        Work.Tar => $"a tar of one version replaced by the next's ({Note("tar")})",
        Work.Pages => $"{_edited}, {Edits.Pages} random pages of 4 KiB rewritten",
        Work.Insert => $"{_edited}, {Edits.InsertedBytes} bytes inserted at the front",
        Work.Append => $"{_edited}, 1 MiB appended",
        Work.Random => $"{options.RandomBytes / 1_000_000:N0} MB of random bytes, first copy",
        _ => variant,
    };

    private string Note(string name) => results.Notes.GetValueOrDefault(name, Figures.None);
}
