namespace Sync.Web.Dashboard.Watching;

/// <summary>A second of the host.</summary>
/// <param name="At">When.</param>
/// <param name="Sent">Bytes a second to guests.</param>
/// <param name="Received">Bytes a second from guests.</param>
/// <param name="Latency">The middle one of the connected guests' round trips, in milliseconds; null if none was measured.</param>
/// <param name="Slowest">The longest of them.</param>
/// <param name="Save">How long the latest saves took to stand on a guest, the middle one of the connected guests, in milliseconds; null if none was measured.</param>
public readonly record struct Sample(DateTimeOffset At, double Sent, double Received, double? Latency, double? Slowest, double? Save);
