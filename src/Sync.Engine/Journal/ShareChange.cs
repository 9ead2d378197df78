namespace Sync.Engine.Journal;

/// <summary>A change that a share's journal has taken, for people to look at.</summary>
/// <param name="Path">Where the entry is now, or was; '/' between names.</param>
/// <param name="Replica">Whose change it is: a guest's name, or "host".</param>
/// <param name="Deleted">Whether the entry is gone.</param>
/// <param name="Created">Whether it is new.</param>
/// <param name="Size">Of a file, in bytes.</param>
/// <param name="More">How many changes after the last one told were not told, because there were too many.</param>
public sealed record ShareChange(string Path, string Replica, bool Deleted, bool Created, long Size, long More);
