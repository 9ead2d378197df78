using Sync.Engine.Link;

namespace Sync.Engine.Publishing;

/// <summary>One change that a push proposes.</summary>
/// <param name="Item">For people.</param>
/// <param name="Change">For the host.</param>
/// <param name="Source">What it brings, where that is a file; null else.</param>
internal sealed record PublishStep(PublishItem Item, Change Change, PublishedEntry? Source);
