using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Looks that are under way side by side come back in any order. What an older one saw is no news where a newer one has been taken:
/// the newest began after the last event there was, and so saw what stands. On the loop.</summary>
internal sealed class LookOrder
{
    /// <summary>The clock of the newest look taken of a name by itself.</summary>
    private readonly Dictionary<(Node, string), long> _names = [];

    /// <summary>The clock of the newest listing taken of a directory.</summary>
    private readonly Dictionary<Node, long> _listings = [];

    /// <summary>A look at one name has come back. False: it is older than what has been taken.</summary>
    public bool Take(Node directory, string name, long clock)
    {
        if (IsOutdated(directory, name, clock) || (_listings.TryGetValue(directory, out var listed) && listed > clock)) return false;
        _names[(directory, name)] = clock;
        return true;
    }

    /// <summary>A listing has come back. False: it is older than one that has been taken.</summary>
    public bool Take(Node directory, long clock)
    {
        if (_listings.TryGetValue(directory, out var listed) && listed > clock) return false;
        _listings[directory] = clock;
        return true;
    }

    /// <summary>Whether a look at the name by itself has been taken that is newer.</summary>
    public bool IsOutdated(Node directory, string name, long clock) => _names.TryGetValue((directory, name), out var taken) && taken > clock;

    /// <summary>No look is under way: nothing older can come.</summary>
    public void Clear()
    {
        if (_names.Count > 0) _names.Clear();
        if (_listings.Count > 0) _listings.Clear();
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _names.TrimExcess();
        _listings.TrimExcess();
    }
}
