using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>Flushes that the host asks a guest for, and how they ended.</summary>
internal static class FlushMapping
{
    private const int MaxReason = 4096;
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(7);

    // What `complete` alone cannot say; the position is the number on the wire.
    private static readonly FlushOutcome[] Others = [FlushOutcome.Problems, FlushOutcome.TimedOut, FlushOutcome.Halted, FlushOutcome.Paused, FlushOutcome.Disconnected, FlushOutcome.Refused];

    public static FlushOrder ToWire(HostMessage.FlushAsked asked) => new()
    {
        Id = asked.FlushId,
        Prefix = asked.Scope.Prefix,
        InPlace = !asked.Scope.Durable,
        TimeoutMs = (ulong)Math.Clamp(asked.Timeout.TotalMilliseconds, 1, LongestTimeout.TotalMilliseconds),
    };

    public static HostMessage.FlushAsked FromWire(FlushOrder order)
    {
        Bounds.Text(order.Prefix, WireLimits.MaxLinkTarget, "a path");
        var timeout = order.TimeoutMs == 0 ? UsualTimeout : TimeSpan.FromMilliseconds(Math.Min(order.TimeoutMs, LongestTimeout.TotalMilliseconds));
        return new HostMessage.FlushAsked(order.Id, new FlushScope(order.Prefix, !order.InPlace), timeout);
    }

    public static FlushDoneReport ToWire(GuestMessage.FlushDone done) => new()
    {
        Id = done.FlushId,
        Complete = done.Outcome is FlushOutcome.Complete,
        Outcome = (uint)Math.Max(0, Array.IndexOf(Others, done.Outcome)),
        Reason = done.Reason is { Length: > MaxReason } reason ? reason[..MaxReason] : done.Reason ?? "",
    };

    public static GuestMessage.FlushDone FromWire(FlushDoneReport report, IReadOnlyList<Problem> problems)
    {
        Bounds.Text(report.Reason, MaxReason * 3, "a reason");
        if (report.Outcome >= Others.Length) throw Bounds.Violation("a flush ended in an unknown way");
        var outcome = report.Complete ? FlushOutcome.Complete : Others[report.Outcome];
        return new GuestMessage.FlushDone(report.Id, outcome, report.Reason.Length > 0 ? report.Reason : null, problems);
    }
}
