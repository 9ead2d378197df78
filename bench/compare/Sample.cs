using System.Text.Json.Serialization;

namespace Sync.Bench.Compare;

/// <summary>One piece of work, done once by one tool.</summary>
internal sealed record Sample(Work Work, string Tool)
{
    /// <summary>In seconds; null where only bytes were counted.</summary>
    public double? Seconds { get; init; }

    /// <summary>In seconds, until it was on disk.</summary>
    public double? DurableSeconds { get; init; }

    /// <summary>In bytes, both ways.</summary>
    public long? Wire { get; init; }

    public Footprint? Memory { get; init; }

    /// <summary>What is special about this one: a link, a size.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Whether the trees were the same afterwards, and how far.</summary>
    public string Finding { get; init; } = "";

    /// <summary>Whether the trees were not the same, or the tool failed.</summary>
    public bool Failed { get; init; }

    /// <summary>Whether that puts the run's figures in doubt: what another tool cannot do is only told.</summary>
    [JsonIgnore]
    public bool IsWrong => Failed && Tool is Compare.Tool.Sync or Compare.Tool.Rsync or Compare.Tool.RsyncCompressed && Finding is not "not available";
}
