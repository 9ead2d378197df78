using System.Text.Json;

namespace Sync.Bench.Scale;

/// <summary>What has been measured, kept from one invocation to the next, so that one size can be measured again without the others.</summary>
internal sealed record Results
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    public IReadOnlyList<FileRun> Files { get; init; } = [];

    public IReadOnlyList<GuestRun> Guests { get; init; } = [];

    /// <summary>Puts what was measured now in place of what there was at the same sizes.</summary>
    public async Task<Results> MergeAsync(string path)
    {
        var before = File.Exists(path) ? JsonSerializer.Deserialize<Results>(await File.ReadAllTextAsync(path), Format) ?? new Results() : new Results();
        var merged = new Results
        {
            Files = [.. before.Files.Where(b => Files.All(n => n.Files != b.Files)).Concat(Files).OrderBy(r => r.Files)],
            Guests = [.. before.Guests.Where(b => Guests.All(n => n.Guests != b.Guests)).Concat(Guests).OrderBy(r => r.Guests)],
        };
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(merged, Format));
        return merged;
    }
}
