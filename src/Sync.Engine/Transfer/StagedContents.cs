using Sync.Delta;

namespace Sync.Engine.Transfer;

/// <summary>Verified contents that stand in staging, waiting to be placed. Safe from any thread.</summary>
internal sealed class StagedContents
{
    private readonly Dictionary<ContentId, (string Path, long AskedFor, string? Was, long Number)> _paths = [];
    private long _added;
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
        lock (_paths) _paths[content] = (path, _round, _paths.GetValueOrDefault(content).Was, ++_added);
    }

    /// <summary>Whether something stands at a path.</summary>
    public Func<string, bool> Stands { get; set; } = static _ => true;

    /// <summary>Where a content stands; null: it is not here.</summary>
    public string? Find(ContentId content)
    {
        (string Path, long AskedFor, string? Was, long Number) found;
        lock (_paths)
        {
            if (!_paths.TryGetValue(content, out var staged)) return null;
            _paths[content] = staged with { AskedFor = _round };
            found = staged;
        }

        if (Stands(found.Path)) return found.Path;
        // RACE: it came twice, and what the first had put there was on its way to its place when the second was added: found for ever, it would be had from nowhere else.
        lock (_paths)
            if (_paths.TryGetValue(content, out var now) && now.Number == found.Number) _paths.Remove(content);
        return null;
    }

    /// <summary>The journal had it at a path, and has another there since. It may be the last of somebody's bytes.</summary>
    public void NoteReplaced(ContentId content, Func<string> path)
    {
        lock (_paths)
            if (_paths.TryGetValue(content, out var staged)) _paths[content] = staged with { Was = path() };
    }

    public void Remove(ContentId content)
    {
        lock (_paths) _paths.Remove(content);
    }

    /// <summary>Begins another round, and takes out what is not wanted and was not asked for in the last whole round: a content that was replaced by the
    /// next before it was placed. What is taken out is gone from its path before anybody can add it again.</summary>
    /// <param name="wanted">What somebody waits for.</param>
    /// <param name="takeOut">Removes a file, or keeps it elsewhere: told its content, its path, and at which path of the share the journal had it, if it had.</param>
    public void Sweep(IReadOnlySet<ContentId> wanted, Action<ContentId, string, string?> takeOut)
    {
        lock (_paths)
        {
            foreach (var (content, (path, askedFor, was, _)) in _paths.ToArray())
            {
                if (askedFor >= _round || wanted.Contains(content)) continue;
                _paths.Remove(content);
                takeOut(content, path, was);
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
