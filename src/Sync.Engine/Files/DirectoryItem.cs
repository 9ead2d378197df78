namespace Sync.Engine.Files;

/// <summary>One name in a directory. <paramref name="Name"/> is null where the bytes are not valid UTF-8;
/// <paramref name="Display"/> then shows them escaped. <paramref name="Error"/> tells why there is no stat.</summary>
public readonly record struct DirectoryItem(string? Name, string Display, FileStat Stat, FsError Error);
