using Sync.Engine.Model;

namespace Sync.Engine.Tags;

/// <summary>A share at one committed revision: every entry that lives, the root not among them, in no order.</summary>
internal sealed record TagSnapshot(Revision Revision, ulong Epoch, IReadOnlyList<Entry> Entries);
