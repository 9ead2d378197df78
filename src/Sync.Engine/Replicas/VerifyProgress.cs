namespace Sync.Engine.Replicas;

/// <summary>How far <c>verify</c> is.</summary>
public readonly record struct VerifyProgress(long Files, long OfFiles, long Bytes, long OfBytes);
