namespace Sync.Protocol.Lines;

/// <summary>What a <see cref="LineCore"/> finds in what comes over a byte pipe.</summary>
internal interface ILineEvents
{
    /// <summary>Both sides know each other: channels can be opened.</summary>
    void Established();

    /// <summary>The peer opens a channel.</summary>
    void Opened(uint channel);

    /// <summary>Bytes of a channel, in order and whole.</summary>
    void Received(uint channel, ReadOnlySpan<byte> bytes);

    /// <summary>The peer ends a channel.</summary>
    void Closed(uint channel);

    /// <summary>Something was lost, or the peer is another: no channel that was open carries anything any more.</summary>
    void Broken();
}
