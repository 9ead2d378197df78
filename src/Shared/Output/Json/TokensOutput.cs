namespace Sync.Shared.Output.Json;

/// <summary>The tokens that hold.</summary>
internal sealed record TokensOutput(IReadOnlyList<TokenOutput> Tokens);
