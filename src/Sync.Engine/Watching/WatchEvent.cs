namespace Sync.Engine.Watching;

/// <summary>Something happened to a name in a watched directory. <paramref name="Tag"/> is what the directory was watched with;
/// <paramref name="Name"/> is null where the event is about the directory itself or its name is not valid UTF-8 (list the directory again).
/// <paramref name="Cookie"/> pairs the two halves of a move, 0 otherwise.</summary>
public readonly record struct WatchEvent(object? Tag, string? Name, WatchChange Change, uint Cookie);
