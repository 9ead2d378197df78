using Sync.Protocol.Wire;

namespace Sync.Protocol.Transfers;

/// <summary>How many bytes of a frame are content.</summary>
internal static class FrameSize
{
    /// <summary>A frame beside its payload, in bytes at the most: ids, lengths.</summary>
    public const int Head = 64;

    public static int OfPayload(Frame frame) => frame.KindCase switch
    {
        Frame.KindOneofCase.Data => frame.Data.Bytes.Length,
        Frame.KindOneofCase.Whole => frame.Whole.Bytes.Length,
        Frame.KindOneofCase.Packed => frame.Packed.Bytes.Length,
        Frame.KindOneofCase.Group => frame.CalculateSize(),
        _ => 0,
    };
}
