using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sync.Shared.Rates;
using Xunit;

namespace Sync.Host.Tests;

public sealed class RateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void OverAnyStretchTheRateHolds() => Gen.Select(Gen.Long[RateText.Slowest, 1 << 30], Gen.Int[1, 1 << 17].Array[1, 200], Gen.Int[0, 50].Array[200]).Sample((rate, sizes, pauses) =>
    {
        var bucket = new TokenBucket();
        bucket.SetRate(rate, TimeSpan.Zero);
        var now = TimeSpan.Zero;
        var passed = new List<(TimeSpan At, long Bytes)>();
        for (var i = 0; i < sizes.Length; i++)
        {
            now += TimeSpan.FromMilliseconds(pauses[i]);
            while (bucket.Take(sizes[i], now) is var wait && wait > TimeSpan.Zero)
                now += wait;
            passed.Add((now, sizes[i]));
        }

        // From any frame on: no more than what flows in that time, what the bucket held, and the last frame, which goes into debt.
        for (var first = 0; first < passed.Count; first++)
        {
            var sum = 0L;
            for (var last = first; last < passed.Count; last++)
            {
                var before = sum;
                sum += passed[last].Bytes;
                var most = ((passed[last].At - passed[first].At).TotalSeconds + TokenBucket.Depth.TotalSeconds) * rate;
                Assert.True(before <= most + 1, $"{before} bytes before frame {last}, {most} may");
            }
        }
    });

    [Fact]
    public void NobodyWaitsLongerThanTheDebt()
    {
        var bucket = new TokenBucket();
        bucket.SetRate(1000, TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, bucket.Take(5000, TimeSpan.Zero));
        Assert.Equal(5, bucket.Take(1, TimeSpan.Zero).TotalSeconds, 3);
        Assert.Equal(2, bucket.Take(1, TimeSpan.FromSeconds(3)).TotalSeconds, 3);
        bucket.SetRate(10_000, TimeSpan.FromSeconds(3));
        Assert.Equal(0.2, bucket.Take(1, TimeSpan.FromSeconds(3)).TotalSeconds, 3);
        bucket.SetRate(0, TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.Zero, bucket.Take(long.MaxValue, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public async Task AChangeReachesWhoWaits()
    {
        var time = new FakeTimeProvider();
        var gate = new RateGate(time) { Rate = 1024 };
        await gate.PassAsync(1 << 20, Cancel);
        var second = gate.PassAsync(1, Cancel).AsTask();
        Assert.False(second.IsCompleted);
        gate.Rate = 0;
        await second.WaitAsync(Cancel);

        gate.Rate = 1024;
        await gate.PassAsync(2048, Cancel);
        var third = gate.PassAsync(1, Cancel).AsTask();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1.1));
        await third.WaitAsync(Cancel);
    }

    [Fact]
    public async Task WhoGivesUpIsLetGo()
    {
        var gate = new RateGate(new FakeTimeProvider()) { Rate = 1024 };
        await gate.PassAsync(1 << 20, Cancel);
        using var stop = new CancellationTokenSource();
        var waiting = gate.PassAsync(1, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData("mon-fri", "08:00", "18:00", "2026-11-26T08:00", true)]
    [InlineData("mon-fri", "08:00", "18:00", "2026-11-26T18:00", false)]
    [InlineData("mon-fri", "08:00", "18:00", "2026-11-28T09:00", false)]
    [InlineData("fri", "22:00", "06:00", "2026-11-27T23:00", true)]
    [InlineData("fri", "22:00", "06:00", "2026-11-28T05:59", true)]
    [InlineData("fri", "22:00", "06:00", "2026-11-28T06:00", false)]
    [InlineData("fri", "22:00", "06:00", "2026-11-27T05:00", false)]
    [InlineData("daily", "00:00", "00:00", "2026-11-27T05:00", true)]
    [InlineData("fri-mon", "08:00", "18:00", "2026-11-29T09:00", true)]
    [InlineData("fri-mon", "08:00", "18:00", "2026-11-26T09:00", false)]
    [InlineData("sat sun", "08:00", "18:00", "2026-11-29T09:00", true)]
    public void AWindowHoldsOnItsDays(string days, string from, string to, string at, bool holds)
    {
        Assert.True(WeekDays.TryParse(days, out var set));
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        Assert.Equal(holds, new RateWindow(set, TimeOnly.Parse(from, culture), TimeOnly.Parse(to, culture), null, 1, 1).Holds(DateTime.Parse(at, culture)));
    }

    [Fact]
    public void ThePlanIsAMatterOfTheTime()
    {
        Assert.True(WeekDays.TryParse("daily", out var daily));
        var plan = new RatePlan
        {
            All = new RatePair(10, 20),
            Guests = new Dictionary<string, RatePair>(StringComparer.Ordinal) { ["a"] = new(1, null) },
            Windows = [new(daily, new TimeOnly(8, 0), new TimeOnly(18, 0), null, 5, null), new(daily, new TimeOnly(8, 0), new TimeOnly(9, 0), "a", null, 7)],
        };
        var (morning, noon, night) = (At(8), At(12), At(20));
        Assert.Equal((new RatePair(5, 20), new RatePair(5, 20), new RatePair(10, 20)), (plan.At(morning), plan.At(noon), plan.At(night)));
        Assert.Equal((new RatePair(1, 7), new RatePair(1, null), default), (plan.At(morning, "a"), plan.At(noon, "a"), plan.At(noon, "b")));

        static DateTime At(int hour) => new(2026, 11, 26, hour, 30, 0, DateTimeKind.Unspecified);
    }

    [Fact]
    public async Task PeersAreHeldToTheirOwnAndToAllTogether()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 7, 59, 0, TimeSpan.Zero));
        using var rates = new PeerRates(time, peer => peer);
        await rates.SendAsync("a", int.MaxValue, Cancel);
        Assert.True(WeekDays.TryParse("daily", out var daily));
        rates.Plan = new RatePlan
        {
            Guests = new Dictionary<string, RatePair>(StringComparer.Ordinal) { ["a"] = new(1024, null) },
            Windows = [new(daily, new TimeOnly(8, 0), new TimeOnly(18, 0), null, null, 2048)],
        };
        await rates.SendAsync("a", 1 << 20, Cancel);
        Assert.False(rates.SendAsync("a", 1, Cancel).IsCompleted);
        // Others, and the other way, are free.
        Assert.True(rates.SendAsync("b", 1 << 20, Cancel).IsCompleted);
        Assert.True(rates.ReceiveAsync("a", 1 << 20, Cancel).IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1.5));
        // The day's limit of all holds by now.
        await rates.ReceiveAsync("b", 1 << 20, Cancel);
        Assert.False(rates.ReceiveAsync("a", 1, Cancel).IsCompleted);
    }
}
