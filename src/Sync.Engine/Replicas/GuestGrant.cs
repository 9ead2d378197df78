using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>What a guest may do with a share; kept by the host's registry, handed to the engine with each session.</summary>
public sealed record GuestGrant(string Fingerprint, string Name, bool ReadOnly, SyncDirection? Direction, ConflictPolicy? Conflicts);
