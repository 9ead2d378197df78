using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Journal;

/// <summary>The journal's present state: every entry by id, tombstones included, and the live ones by place. Single-threaded.</summary>
internal sealed class JournalTree
{
    private readonly IdTable<Entry> _entries = new();
    private readonly Dictionary<long, NameTable<Entry, EntryNaming>> _children = [];

    public JournalTree() =>
        Set(new Entry { Id = EntryId.Root, Parent = EntryId.None, Name = "", Kind = EntryKind.Directory, Mode = 0x1ED });

    public int Count => _entries.Count;

    public IEnumerable<Entry> All => _entries.Values;

    public Entry? Find(EntryId id) => _entries.Find(id.Value);

    public Entry? Child(EntryId directory, string name) =>
        _children.GetValueOrDefault(directory.Value)?.Find(name);

    public int ChildCount(EntryId directory) => _children.GetValueOrDefault(directory.Value)?.Count ?? 0;

    public IEnumerable<Entry> Children(EntryId directory) =>
        _children.TryGetValue(directory.Value, out var children) ? children.Items : Enumerable.Empty<Entry>();

    /// <summary>Replaces an entry's state.</summary>
    public void Set(Entry entry)
    {
        if (Find(entry.Id) is { Deleted: false } old && _children.TryGetValue(old.Parent.Value, out var siblings) && siblings.Find(old.Name)?.Id == entry.Id)
        {
            siblings.Remove(old.Name);
            if (siblings.Count == 0) _children.Remove(old.Parent.Value);
        }

        _entries.Set(entry.Id.Value, entry);
        if (entry.Deleted || entry.Id == EntryId.Root) return;
        if (!_children.TryGetValue(entry.Parent.Value, out siblings)) _children.Add(entry.Parent.Value, siblings = new());
        siblings.Set(entry);
    }

    /// <summary>Forgets a tombstone past its horizon.</summary>
    public void Forget(EntryId id)
    {
        if (Find(id) is { Deleted: true }) _entries.Remove(id.Value);
    }

    public bool IsWithin(EntryId id, EntryId ancestor)
    {
        for (var depth = 0; depth < 4096; depth++)
        {
            if (id == ancestor) return true;
            if (id == EntryId.Root || Find(id) is not { } entry) return false;
            id = entry.Parent;
        }

        return true;
    }

    /// <summary>The path from the root, '/' between names.</summary>
    public string PathOf(Entry entry)
    {
        var names = new Stack<string>();
        Entry? step = entry;
        while (step is not null && step.Id != EntryId.Root && names.Count < 4096)
        {
            names.Push(step.Name);
            step = Find(step.Parent);
        }

        return string.Join('/', names);
    }

    /// <summary>The length in bytes of the longest path below a directory, with the '/' before it; 0 if it is empty. Depth costs a list, not the stack.</summary>
    public int LongestBelow(EntryId directory)
    {
        var longest = 0;
        var open = new Stack<(EntryId Id, int Length)>([(directory, 0)]);
        while (open.TryPop(out var next))
        {
            foreach (var child in Children(next.Id))
            {
                var length = next.Length + 1 + System.Text.Encoding.UTF8.GetByteCount(child.Name);
                if (length > longest) longest = length;
                if (child.Kind == EntryKind.Directory) open.Push((child.Id, length));
            }
        }

        return longest;
    }

    /// <summary>The live directory at a path, null if there is none.</summary>
    public Entry? FindPath(string path)
    {
        var entry = Find(EntryId.Root);
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry is null) return null;
            entry = Child(entry.Id, name);
        }

        return entry;
    }
}
