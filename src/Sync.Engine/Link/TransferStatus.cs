namespace Sync.Engine.Link;

/// <summary>How a transfer ended. Values are sent: never renumber.</summary>
public enum TransferStatus : byte
{
    /// <summary>All bytes were sent; of an upload: verified and durable in staging.</summary>
    Complete = 0,

    /// <summary>The content is no longer there: it was changed or deleted.</summary>
    Superseded = 1,

    /// <summary>The basis is not there, or not what it was thought to be: send again without one.</summary>
    NoBasis = 2,

    /// <summary>A read or write failed; <c>Detail</c> says how.</summary>
    Failed = 3,

    /// <summary>What arrived is not what was announced.</summary>
    Corrupt = 4,

    /// <summary>The asker may not have this content.</summary>
    Denied = 5,
}
