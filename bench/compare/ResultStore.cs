using System.Text.Json;

namespace Sync.Bench.Compare;

/// <summary>What full-size runs have measured, so that one work can be measured again without the others.</summary>
internal static class ResultStore
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>Puts what was measured now in place of what there was of the same works.</summary>
    public static async Task<Results> MergeAsync(string path, Results measured, IReadOnlySet<Work> works)
    {
        var before = File.Exists(path) ? JsonSerializer.Deserialize<Results>(await File.ReadAllTextAsync(path), Format) ?? new Results() : new Results();
        var merged = new Results
        {
            Samples = [.. before.Samples.Where(s => !works.Contains(s.Work)), .. measured.Samples.Where(s => works.Contains(s.Work))],
            Floors = [.. before.Floors.Where(f => !works.Contains(f.Work)), .. measured.Floors.Where(f => works.Contains(f.Work))],
            Notes = measured.Notes,
        };
        // What was left out then says nothing of now.
        foreach (var (name, note) in before.Notes.Where(n => n.Key is not "room" && !n.Key.StartsWith("ended-", StringComparison.Ordinal)))
            merged.Notes.TryAdd(name, note);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(merged, Format));
        return merged;
    }
}
