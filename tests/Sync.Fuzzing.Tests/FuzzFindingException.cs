namespace Sync.Fuzzing.Tests;

/// <summary>An input that a decoder does not withstand.</summary>
internal sealed class FuzzFindingException(string message, Exception inner) : Exception(message, inner);
