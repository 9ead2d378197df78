using Sync.Delta;
using Sync.Engine.Model;

namespace Sync.Engine.Journal;

/// <summary>Entries that became so together: (<paramref name="After"/>, <paramref name="UpTo"/>]. Small contents come along,
/// but not back to where they came from; <paramref name="InlineNew"/> goes to those who ask for patches of what they have.</summary>
internal sealed record Batch(Revision After, Revision UpTo, IReadOnlyList<Entry> Entries, IReadOnlyList<KeyValuePair<ContentId, ReadOnlyMemory<byte>>> Inline,
    IReadOnlyList<KeyValuePair<ContentId, ReadOnlyMemory<byte>>> InlineNew, JournalSession Origin)
{
    public long InlineBytes { get; } = Inline.Sum(i => (long)i.Value.Length);
}
