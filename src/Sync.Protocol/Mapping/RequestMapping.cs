using Google.Protobuf;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>Requests for content, and how uploads ended.</summary>
internal static class RequestMapping
{
    public static DownloadRequest ToWire(ContentRequest request)
    {
        var wire = Plain(request);
        if (request.Sums is { } sums) wire.Patch = new PatchBasis { Key = sums.Multiplier, Length = (uint)sums.BasisLength, Sums = UnsafeByteOperations.UnsafeWrap(sums.Bytes) };
        return wire;
    }

    private static DownloadRequest Plain(ContentRequest request) => new()
    {
        Id = request.Id,
        Entry = request.Entry.Value,
        Content = Bounds.FromContent(request.Content),
        Basis = Bounds.FromContent(request.Basis),
        Offset = checked((ulong)request.Offset),
        Deltas = request.TakesDeltas,
        Growing = (ulong)request.Growing,
    };

    /// <exception cref="LinkException">A value is out of bounds.</exception>
    public static ContentRequest FromWire(DownloadRequest wire) => new(
        wire.Id,
        wire.Entry > 0 ? new EntryId(wire.Entry) : throw Bounds.Violation("a request's entry makes no sense"),
        wire.Growing == 0 ? Bounds.ToPresentContent(wire.Content) : default,
        Bounds.ToContent(wire.Basis),
        Bounds.NotNegative(wire.Offset, "an offset"))
    { TakesDeltas = wire.Deltas, Sums = wire.Patch is { } basis ? ToSums(basis) : null, Growing = Bounds.NotNegative(wire.Growing, "a token") };

    private static PatchSums ToSums(PatchBasis wire) =>
        PatchSums.TryTake(wire.Key, wire.Length, wire.Sums.Memory, out var sums) ? sums : throw Bounds.Violation("a patch's sums make no sense");

    public static UploadResult ToWire(ContentFrame.End end) => end.ResumeAt is { } at
        ? new() { Id = end.Id, ResumeAt = checked((ulong)at) }
        : new() { Id = end.Id, End = ToEndFrame(end) };

    /// <exception cref="LinkException">A value is out of bounds.</exception>
    public static ContentFrame.End FromWire(UploadResult wire) => wire.HasResumeAt
        ? new(wire.Id, TransferStatus.Complete) { ResumeAt = Bounds.NotNegative(wire.ResumeAt, "an offset") }
        : FromEndFrame(wire.Id, wire.End ?? throw Bounds.Violation("an upload's result is missing"));

    public static EndFrame ToEndFrame(ContentFrame.End end)
    {
        var wire = new EndFrame { Status = (uint)end.Status };
        if (end.Detail is { } detail) wire.Detail = Bounds.Cut(detail, WireLimits.MaxText);
        return wire;
    }

    public static ContentFrame.End FromEndFrame(long id, EndFrame wire) => new(
        id,
        (TransferStatus)Bounds.ToEnum(wire.Status, (uint)TransferStatus.Denied, "the status"),
        wire.HasDetail ? Bounds.Text(wire.Detail, WireLimits.MaxText, "a detail") : null);
}
