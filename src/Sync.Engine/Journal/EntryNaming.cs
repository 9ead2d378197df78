using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Journal;

/// <summary>Entries by their names.</summary>
internal readonly struct EntryNaming : INaming<Entry>
{
    public static string NameOf(Entry item) => item.Name;
}
