using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>The other names of a file with several: the kernel tells of a write under the one name it was opened by. On the loop.</summary>
internal sealed class HardLinks(ReplicaContext context, JobCounter jobs, LookQueue looks)
{
    /// <summary>Looking for names takes no more than this part of the time.</summary>
    private const int MostTime = 10;

    /// <summary>Files found changed under one name, by their keys, with the moment that gave rise to it.</summary>
    private readonly Dictionary<ulong, (FileStamp Stamp, long Origin)> _changed = [];

    /// <summary>Where that was found: these names are being looked at.</summary>
    private readonly HashSet<Node> _seen = [];

    /// <summary>Names of files that have others, perhaps outside of the share: what is written there nobody tells of.</summary>
    private readonly HashSet<(Node Directory, string Name)> _several = [];

    private long _notBefore;

    /// <summary>A file was seen.</summary>
    public void See(Node directory, string name, bool hasSeveral)
    {
        if (hasSeveral) _several.Add((directory, name));
        else if (_several.Count > 0) _several.Remove((directory, name));
    }

    /// <summary>Has all names of files with several looked at.</summary>
    public void LookAtAll()
    {
        if (_several.Count == 0) return;
        _several.RemoveWhere(s => !s.Directory.Current.IsLocal || context.Trees.LocalChild(s.Directory.Current, s.Name) is null);
        foreach (var (directory, name) in _several) looks.Mark(directory.Current, name, Look.Plain);
    }

    /// <summary>A file with several names is not as it was known under one.</summary>
    public void Changed(Node node, in FileStamp stamp, long origin)
    {
        _seen.Add(node);
        if (_changed.TryGetValue(stamp.FileKey, out var earlier)) origin = earlier.Origin;
        else jobs.Begin(origin);
        _changed[stamp.FileKey] = (stamp, origin);
    }

    /// <summary>Marks the names under which the changed files are known otherwise. They are looked for among all files: who uses hard links
    /// pays for it, and an index would cost everyone memory.</summary>
    public void Conclude()
    {
        if (_changed.Count == 0) return;
        var begin = context.Time.GetTimestamp();
        if (begin < _notBefore)
        {
            context.After(TimeSpan.FromSeconds((double)(_notBefore - begin) / context.Time.TimestampFrequency), static () => { });
            return;
        }

        foreach (var node in context.Trees.All)
            if (node is { IsLocal: true, Local.Kind: EntryKind.File } && _changed.TryGetValue(node.FileKey, out var changed) && !node.Stamp.SameButCtime(changed.Stamp) && !_seen.Contains(node) && context.Trees.LocalParent(node) is { } directory)
                looks.Mark(directory, node.Local!.Name, Look.Linked, changed.Origin);
        foreach (var (_, origin) in _changed.Values) jobs.End(origin);
        _changed.Clear();
        _seen.Clear();
        var end = context.Time.GetTimestamp();
        _notBefore = end + MostTime * (end - begin);
    }
}
