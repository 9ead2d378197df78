namespace Sync.Shared.Output.Json;

/// <summary><c>versions restore --json</c>: where the version stands now.</summary>
internal sealed record RestoreOutput(string Share, string Path);
