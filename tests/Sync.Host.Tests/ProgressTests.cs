using Microsoft.Extensions.Time.Testing;
using Spectre.Console;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Progress;
using Xunit;

namespace Sync.Host.Tests;

public sealed class ProgressTests
{
    [Fact]
    public void ARateSettlesAndFalls()
    {
        var rate = new TransferRate();
        for (var second = 0; second <= 10; second++)
            rate.Look(second * 1000, TimeSpan.FromSeconds(second));
        Assert.Equal(1000, rate.PerSecond, 3);
        Assert.Equal(TimeSpan.FromSeconds(5), rate.Left(5000));
        Assert.Equal(TimeSpan.Zero, rate.Left(0));
        for (var second = 11; second <= 40; second++)
            rate.Look(10_000, TimeSpan.FromSeconds(second));
        Assert.Equal(0, rate.PerSecond);
        Assert.Null(rate.Left(5000));
        // A restarted agent counts from zero.
        rate.Look(5, TimeSpan.FromSeconds(41));
        Assert.Equal(0, rate.PerSecond);
    }

    [Theory]
    [InlineData(0.2, "")]
    [InlineData(42, "42 s left")]
    [InlineData(140, "2 min left")]
    [InlineData(3900, "1 h 5 min left")]
    public void TimeLeftIsForPeople(double seconds, string text) => Assert.Equal(text, ProgressText.Left(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, 10, "[--------------------]   0 %")]
    [InlineData(999, 1000, "[###################-]  99 %")]
    [InlineData(10, 10, "[####################] 100 %")]
    [InlineData(0, 0, "[####################] 100 %")]
    public void ABarIsFullOnlyWhenAllIsDone(long done, long all, string bar) => Assert.Equal(bar, ProgressText.Bar(done, all));

    [Fact]
    public void ALineIsDrawnAfterASecondOnATerminalAndWipedAtTheEnd()
    {
        var time = new FakeTimeProvider();
        using var error = new StringWriter();
        using (var line = new ProgressLine(error, shows: true, time))
        {
            line.Show("too early");
            time.Advance(TimeSpan.FromSeconds(1));
            line.Show("one\u001b[2J");
            line.Show("too soon");
            time.Advance(TimeSpan.FromMilliseconds(100));
            line.Show(new string('x', 500));
        }

        Assert.Equal("\rone\\u001b[2J\u001b[K\r" + new string('x', 79) + "\u001b[K\r\u001b[K", error.ToString());
        using var nothing = new StringWriter();
        using (var line = new ProgressLine(nothing, shows: false, time))
        {
            time.Advance(TimeSpan.FromSeconds(2));
            line.Show("x");
        }

        Assert.Equal("", nothing.ToString());
    }

    [Fact]
    public void WhatIsPendingIsToldWithRateAndTimeLeft()
    {
        var rates = new ShareRates();
        var status = Status(guests: 0);
        rates.Look(status, TimeSpan.Zero);
        status.Shares[0].BytesReceived += 4_000_000;
        rates.Look(status, TimeSpan.FromSeconds(2));
        Assert.Equal("docs: 3 to send, 5 to receive (20.0 MB), 2.0 MB/s, 10 s left", SyncProgress.Line(status, rates));
        status.Shares[0].PendingIn = status.Shares[0].PendingOut = 0;
        Assert.Equal("waiting until all is durable", SyncProgress.Line(status, rates));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(200)]
    public void TheScreenFitsItsWidthAndNamesAreNoMarkup(int width)
    {
        var rates = new ShareRates();
        var status = Status(guests: 1000);
        rates.Look(status, TimeSpan.Zero);
        status.Shares[0].BytesReceived += 4_000_000;
        rates.Look(status, TimeSpan.FromSeconds(2));
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(StatusScreen.Draw(status, rates, width));
        var lines = text.ToString().Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        Assert.Contains("[red]x[/]", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("2.0 MB/s", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("10 s", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("[bad]", text.ToString(), StringComparison.Ordinal);
        // A thousand guests are no thousand lines.
        Assert.InRange(lines.Length, 10, 60);
        Assert.Equal(width >= 110, text.ToString().Contains("/srv/docs", StringComparison.Ordinal));
    }

    private static AgentStatus Status(int guests)
    {
        var share = new ReplicaInfo
        {
            Name = "docs", Path = "/srv/docs", State = "syncing", Files = 10, Bytes = 1_000_000, PendingOut = 3, PendingIn = 5, PendingInBytes = 20_000_000, ProblemCount = 1,
        };
        share.Problems.Add(new ProblemInfo { Path = "a", Code = "bad", Message = "no" });
        for (var number = 0; number < guests; number++)
            share.Guests.Add(new ReplicaGuestInfo { Name = number == 7 ? "[red]x[/]" : FormattableString.Invariant($"g{number}"), Connected = number % 2 == 1, PendingBytes = number == 7 ? 9 : 0, PendingEntries = number == 7 ? 1 : 0 });
        var status = new AgentStatus { Role = "host", Version = "1", Name = "h", DataDirectory = "/d", ProcessId = 1 };
        status.Shares.Add(share);
        return status;
    }
}
