using Sync.Engine.Link;

namespace Sync.Engine.Replicas;

/// <summary>What <c>verify</c> found: files looked at, bytes hashed, and what differs (code "differs" or "rotten": same stamp, other bytes).</summary>
public sealed record VerifyResult(long Files, long Bytes, IReadOnlyList<Problem> Problems);
