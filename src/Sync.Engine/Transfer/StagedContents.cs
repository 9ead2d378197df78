using Sync.Delta;

namespace Sync.Engine.Transfer;

/// <summary>Verified contents that stand in staging, waiting to be placed. Safe from any thread.</summary>
internal sealed class StagedContents
{
    private readonly Dictionary<ContentId, (string Path, long AskedFor)> _paths = [];
    private long _round;

    public int Count
    {
        get
        {
            lock (_paths) return _paths.Count;
        }
    }

    public void Add(ContentId content, string path)
    {
        lock (_paths) _paths[content] = (path, _round);
    }

    public string? Find(ContentId content)
    {
        lock (_paths)
        {
            if (!_paths.TryGetValue(content, out var staged)) return null;
            _paths[content] = (staged.Path, _round);
            return staged.Path;
        }
    }

    public void Remove(ContentId content)
    {
        lock (_paths) _paths.Remove(content);
    }

    /// <summary>Begins another round, and takes out what is not wanted and was not asked for in the last whole round: a content that was replaced by the
    /// next before it was placed. What is taken out is removed before anybody can add it again.</summary>
    /// <param name="wanted">What somebody waits for.</param>
    /// <param name="remove">Removes a file.</param>
    public void Sweep(IReadOnlySet<ContentId> wanted, Action<string> remove)
    {
        lock (_paths)
        {
            foreach (var (content, (path, askedFor)) in _paths.ToArray())
            {
                if (askedFor >= _round || wanted.Contains(content)) continue;
                _paths.Remove(content);
                remove(path);
            }

            _round++;
        }
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        lock (_paths) _paths.TrimExcess();
    }

    public List<KeyValuePair<ContentId, string>> All()
    {
        lock (_paths) return [.. _paths.Select(p => new KeyValuePair<ContentId, string>(p.Key, p.Value.Path))];
    }
}
