using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>A link to pretend.</summary>
/// <param name="Megabits">Rate each way, in 10⁶ bits a second.</param>
/// <param name="RoundTrip">Delay there and back.</param>
internal sealed record LinkShape(int Megabits, TimeSpan RoundTrip)
{
    public double BytesPerSecond => Megabits * 1e6 / 8;

    public TimeSpan OneWay => RoundTrip / 2;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Megabits} Mbit/s, {RoundTrip.TotalMilliseconds:0} ms");
}
