using Sync.Engine.Files;

namespace Sync.Engine.Pulling;

/// <summary>A directory as it was found on disk.</summary>
/// <param name="Items">Its names with their stats, ascending by UTF-16 unit; those that are no UTF-8 come last.</param>
/// <param name="Below">For each item that is a directory, what is in it; null for others.</param>
/// <param name="Known">For each item, the number of the entry that the known tree has of that name; -1: none.</param>
internal sealed record DiskDirectory(DirectoryItem[] Items, DiskDirectory?[] Below, int[] Known)
{
    /// <summary>The item of a name; -1: there is none.</summary>
    public int Find(string name)
    {
        var low = 0;
        var high = Items.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Items[middle].Name is { } here ? string.CompareOrdinal(here, name) : 1;
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }
}
