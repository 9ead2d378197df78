namespace Sync.Shared.Output.Json;

/// <summary>A path that another replica changed while it was pushed.</summary>
internal sealed record PushConflictOutput(string Path, bool Copied);
