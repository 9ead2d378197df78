using Sync.Delta;

namespace Sync.Engine.Pulling;

/// <summary>Keeps of a content what makes its next version short on the wire. A loss costs bytes, nothing else. Safe from any thread.</summary>
internal interface IContentNotes
{
    /// <summary>Keeps the chunks of a content.</summary>
    void Keep(Manifest manifest);
}
