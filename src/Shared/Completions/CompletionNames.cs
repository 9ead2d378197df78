namespace Sync.Shared.Completions;

/// <summary>The names that a machine's own configuration gives to complete.</summary>
/// <param name="Shares">Of shares.</param>
/// <param name="Guests">Of guests.</param>
internal sealed record CompletionNames(IReadOnlyList<string> Shares, IReadOnlyList<string> Guests);
