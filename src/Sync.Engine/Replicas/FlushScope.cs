namespace Sync.Engine.Replicas;

/// <summary>What a flush waits for.</summary>
/// <param name="Prefix">Only for what lies at or below this path of the share ('/' between names); "" for all.</param>
/// <param name="Durable">Whether it is on disk, also if power fails; else it is only in place.</param>
public readonly record struct FlushScope(string Prefix, bool Durable)
{
    /// <summary>All, durably.</summary>
    public static FlushScope All { get; } = new("", Durable: true);

    /// <summary>Whether a path of the share is waited for.</summary>
    public bool Holds(string path) =>
        string.IsNullOrEmpty(Prefix) || (path.StartsWith(Prefix, StringComparison.Ordinal) && (path.Length == Prefix.Length || path[Prefix.Length] == '/'));

    /// <summary>The same as a replica of a part of the share sees it; null where that part has nothing of it.</summary>
    /// <param name="part">The part's path in the share; "" for the whole.</param>
    public FlushScope? Within(string part)
    {
        if (part.Length == 0 || string.IsNullOrEmpty(Prefix) || new FlushScope(Prefix, Durable).Holds(part)) return part.Length == 0 ? this : this with { Prefix = "" };
        return new FlushScope(part, Durable).Holds(Prefix) ? this with { Prefix = Prefix[(part.Length + 1)..] } : null;
    }
}
