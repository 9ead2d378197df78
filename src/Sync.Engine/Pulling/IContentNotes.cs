using Sync.Delta;

namespace Sync.Engine.Pulling;

/// <summary>Keeps of a content what makes its next version short on the wire. A loss costs bytes, nothing else. Safe from any thread.</summary>
internal interface IContentNotes
{
    /// <summary>Sums the blocks of a content of this length as it passes; null: it is too short.</summary>
    BlockSummer? NewSummer(long length);

    /// <summary>Keeps the chunks of a content, and the sums of its blocks where they were made.</summary>
    void Keep(Manifest manifest, BlockSummer? summer);

    /// <summary>Keeps the chunks and the blocks' sums of a content that is at hand whole.</summary>
    void Keep(Manifest manifest, ReadOnlySpan<byte> bytes)
    {
        var summer = NewSummer(bytes.Length);
        summer?.Append(bytes);
        Keep(manifest, summer);
    }
}
