using Sync.Engine.Link;

namespace Sync.Engine.Store;

/// <summary>A change that was proposed and has no outcome yet.</summary>
/// <param name="Path">Where a new entry stood: all that is known of it in another life of the agent. Of others "".</param>
/// <param name="Change">The change, without its bytes.</param>
internal sealed record SentChange(string Path, Change Change);
