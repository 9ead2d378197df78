namespace Sync.Bench;

/// <summary>The part of a page that one program writes, between two lines of its own.</summary>
internal sealed class MarkedPart(string begin, string end)
{
    /// <summary>Puts this run's part in place of the last run's, and leaves the rest of the page alone.</summary>
    /// <exception cref="InvalidDataException">The page has no such part.</exception>
    public async Task ReplaceAsync(string path, string text)
    {
        var page = File.Exists(path) ? await File.ReadAllTextAsync(path) : $"# Benchmarks\n\n{begin}\n{end}\n";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidDataException($"{path} has no '{begin}' … '{end}'; add the two lines where the table is to stand");
        await File.WriteAllTextAsync(path, $"{page[..from]}{begin}\n{text.TrimEnd()}\n{page[to..]}");
    }
}
