namespace Sync.Protocol.Connecting;

/// <summary>The way to a host, as measured.</summary>
/// <param name="RoundTrip">The shortest of several, with the host's answer in it.</param>
/// <param name="UpBytesPerSecond">To the host, over TLS, without a disk; null where there was no time to tell.</param>
/// <param name="DownBytesPerSecond">From the host.</param>
/// <param name="ClockOffset">How far the host's clock is ahead of this machine's; right to half the round trip.</param>
public sealed record HostMeasurement(TimeSpan RoundTrip, double? UpBytesPerSecond, double? DownBytesPerSecond, TimeSpan ClockOffset);
