using Sync.Engine.Model;

namespace Sync.Engine.Pulling;

/// <summary>One path that a pull changes.</summary>
public sealed record PullItem(string Path, EntryKind Kind, EntryChange Change, long Size);
