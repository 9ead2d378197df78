using Sync.Engine.Control;

namespace Sync.Engine.Scanning;

/// <summary>Moves of which the watcher has told the first half only, by their cookies. On the loop.</summary>
internal sealed class OpenMoves(ReplicaContext context)
{
    /// <summary>The second half of a move comes within this time, or never.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<uint, long> _left = [];

    public void Left(uint cookie) => _left[cookie] = context.Time.GetTimestamp();

    public void Arrived(uint cookie) => _left.Remove(cookie);

    /// <summary>Whether a second half may still come; another turn will end when it no longer may.</summary>
    public bool AreExpected()
    {
        if (_left.Count == 0) return false;
        var oldest = context.Time.GetTimestamp() - (long)(Grace.TotalSeconds * context.Time.TimestampFrequency);
        foreach (var cookie in _left.Where(m => m.Value < oldest).Select(m => m.Key).ToArray()) _left.Remove(cookie);
        if (_left.Count == 0) return false;
        context.After(Grace, static () => { });
        return true;
    }
}
