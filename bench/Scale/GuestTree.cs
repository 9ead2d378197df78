using Sync.Delta;
using Sync.Engine.Model;

namespace Sync.Bench.Scale;

/// <summary>A simulated guest's tree, in memory: what the journal says, and the bytes that were verified for it.</summary>
internal sealed class GuestTree
{
    private readonly Dictionary<EntryId, Entry> _entries = [];
    private readonly Dictionary<EntryId, ContentId> _placed = [];

    /// <summary>Files whose present bytes are in the tree.</summary>
    public int Complete => _placed.Count;

    /// <summary>Takes an entry's new state. True if it is a file whose bytes are to be had first.</summary>
    public bool Take(Entry entry)
    {
        _entries[entry.Id] = entry;
        if (entry.Deleted)
            _ = _placed.Remove(entry.Id);
        return entry is { Deleted: false, Kind: EntryKind.File } && (!_placed.TryGetValue(entry.Id, out var placed) || placed != entry.Content);
    }

    /// <summary>Puts bytes in place, if they are the entry's.</summary>
    /// <exception cref="InvalidDataException">They are not what their id says.</exception>
    public bool Place(EntryId id, ContentId content, ReadOnlySpan<byte> bytes)
    {
        if (Manifest.OfSmall(bytes).Id != content)
            throw new InvalidDataException($"the bytes of entry {id} are not those of its content id");
        if (!_entries.TryGetValue(id, out var entry) || entry.Deleted || entry.Content != content || entry.Size != bytes.Length)
            return false;
        _placed[id] = content;
        return true;
    }
}
