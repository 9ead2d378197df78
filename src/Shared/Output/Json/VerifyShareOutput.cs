namespace Sync.Shared.Output.Json;

/// <summary>What <c>verify</c> found in one share.</summary>
internal sealed record VerifyShareOutput(string Share, long Files, long Bytes, IReadOnlyList<ProblemOutput> Problems);
