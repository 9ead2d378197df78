using Sync.Engine.Journal;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Journal;

public sealed class HorizonTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_forgotten_for_thirty_days()
    {
        var horizon = new Horizon();
        for (var day = 0; day <= Horizon.Days; day++) Assert.True(horizon.Note(Start.AddDays(day), new Revision(100 + day)));
        Assert.Equal(Revision.Zero, horizon.Forgotten);
        horizon.Note(Start.AddDays(Horizon.Days + 2), new Revision(1000));
        Assert.Equal(new Revision(101), horizon.Forgotten);
    }

    [Fact]
    public void A_day_is_noted_once_and_a_clock_that_goes_back_forgets_nothing()
    {
        var horizon = new Horizon();
        Assert.True(horizon.Note(Start, new Revision(1)));
        Assert.False(horizon.Note(Start.AddHours(1), new Revision(2)));
        Assert.False(horizon.Note(Start.AddDays(-400), new Revision(3)));
        Assert.Equal(Revision.Zero, horizon.Forgotten);
    }

    [Fact]
    public void It_is_kept_over_a_restart()
    {
        var horizon = new Horizon();
        for (var day = 0; day < 90; day += 5) horizon.Note(Start.AddDays(day), new Revision(100 + day));
        var again = new Horizon();
        again.Read(horizon.Write());
        Assert.Equal(horizon.Forgotten, again.Forgotten);
        Assert.Equal(horizon.Write(), again.Write());
        Assert.True(again.Forgotten > Revision.Zero);
    }
}
