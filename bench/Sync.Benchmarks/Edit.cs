namespace Sync.Benchmarks;

/// <summary>How a content came from the one before it.</summary>
public enum Edit
{
    /// <summary>64 pages of 4 KiB rewritten.</summary>
    Pages,

    /// <summary>17 bytes inserted at the front.</summary>
    Insertion,

    /// <summary>Nothing in common.</summary>
    Unrelated,

    /// <summary>All zero, before and after, but one byte.</summary>
    Zeros,
}
