namespace Sync.Protocol.Lines;

/// <summary>What a record on a byte pipe is for. The numbers are the wire's.</summary>
internal enum LineRecordKind : byte
{
    /// <summary>Says who sends, and whom it takes for its peer.</summary>
    Hello = 1,

    /// <summary>Says that the sender lives, and how many numbered records it has sent.</summary>
    Ping = 2,

    /// <summary>Opens a channel. Numbered.</summary>
    Open = 3,

    /// <summary>Bytes of a channel. Numbered.</summary>
    Data = 4,

    /// <summary>Ends a channel, both ways. Numbered.</summary>
    Close = 5,
}
