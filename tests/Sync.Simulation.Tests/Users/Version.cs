namespace Sync.Simulation.Tests.Users;

/// <summary>A byte string that a user has finished writing; each is another.</summary>
internal sealed class Version(int number, string site, string path, ReadOnlyMemory<byte> bytes)
{
    /// <summary>Where it was finished.</summary>
    public string Site => site;

    public int Number => number;

    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Null while it must not be lost; else why it may be.</summary>
    public string? Ended { get; private set; }

    /// <summary>A save that had begun before it came has replaced it, unseen; or it was finished when it had been replaced: it may be in a version store only.</summary>
    public bool IsDisplaced { get; set; }

    /// <summary>Somebody who saw it has replaced or deleted it, or the power went before anything of it was durable.</summary>
    public void End(string how) => Ended ??= how;

    public override string ToString() => $"v{number} ({bytes.Length} bytes, finished on {site} at {path})";
}
