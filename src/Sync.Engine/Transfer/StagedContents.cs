using Sync.Delta;

namespace Sync.Engine.Transfer;

/// <summary>Verified contents that stand in staging, waiting to be placed. Safe from any thread.</summary>
internal sealed class StagedContents
{
    private readonly Dictionary<ContentId, string> _paths = [];

    public int Count
    {
        get
        {
            lock (_paths) return _paths.Count;
        }
    }

    public void Add(ContentId content, string path)
    {
        lock (_paths) _paths[content] = path;
    }

    public string? Find(ContentId content)
    {
        lock (_paths) return _paths.GetValueOrDefault(content);
    }

    public void Remove(ContentId content)
    {
        lock (_paths) _paths.Remove(content);
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        lock (_paths) _paths.TrimExcess();
    }

    public List<KeyValuePair<ContentId, string>> All()
    {
        lock (_paths) return [.. _paths];
    }
}
