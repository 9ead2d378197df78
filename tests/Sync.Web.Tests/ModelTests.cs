using Microsoft.Extensions.Time.Testing;
using Sync.Protocol.Control;
using Sync.Web.Dashboard.Model;
using Sync.Web.Dashboard.Watching;
using Xunit;

namespace Sync.Web.Tests;

/// <summary>What the pages say, made of what the host says. No browser.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData("in-sync", 0, 0, "In sync", "")]
    [InlineData("syncing", 312, 0, "312 files behind", "The host itself")]
    [InlineData("in-sync", 0, 1, "1 file behind", "build-vm")]
    public void AShareIsToldInWords(string state, long own, long guest, string words, string reason)
    {
        var share = new ReplicaInfo { Name = "docs", State = state, PendingIn = own };
        share.Guests.Add(new ReplicaGuestInfo { Name = "build-vm", Connected = true, PendingEntries = guest });
        var told = ShareState.Of(share);
        Assert.Equal(words, told.Words);
        Assert.Equal(reason, told.Reason);
    }

    [Fact]
    public void TheGravestShareIsTheHeadline()
    {
        var halted = new ReplicaInfo { Name = "docs", State = "halted", Reason = "the root is empty; 'resume --force' accepts it" };
        var fine = new ReplicaInfo { Name = "photos", State = "in-sync" };
        var busy = new ReplicaInfo { Name = "media", State = "syncing", PendingIn = 2 };
        Assert.Equal(new ShareState(Tone.Bad, "docs needs you", "Halted: The root is empty; 'resume --force' accepts it"), ShareState.OfAll([fine, busy, halted]));
        Assert.Equal("media is being synced", ShareState.OfAll([fine, busy]).Words);
        Assert.Equal("Everything is in sync", ShareState.OfAll([fine]).Words);
        Assert.Equal("No shares yet", ShareState.OfAll([]).Words);
    }

    [Fact]
    public void RatesAndTimeLeftComeFromCounts()
    {
        var time = new FakeTimeProvider();
        var meter = new RateMeter(time);
        var status = new AgentStatus();
        var share = new ReplicaInfo { Name = "docs", State = "in-sync" };
        var guest = new ReplicaGuestInfo { Name = "vm", Fingerprint = "f", Connected = true, PendingEntries = 3, PendingBytes = 100_000_000 };
        share.Guests.Add(guest);
        status.Shares.Add(share);
        meter.Take(status);
        for (var second = 0; second < 20; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            share.BytesSent += 2_000_000;
            guest.PendingBytes -= 2_000_000;
            meter.Take(status);
        }

        var transfer = Assert.Single(Transfer.Of(status, meter.Rates));
        Assert.InRange(transfer.Rate, 1_900_000, 2_000_000);
        Assert.InRange(transfer.Left!.Value.TotalSeconds, 30, 32);

        // Nothing moves any more: the rate falls to nothing.
        for (var second = 0; second < 60; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            meter.Take(status);
        }

        Assert.Same(Rates.None, meter.Rates);
        Assert.Null(Assert.Single(Transfer.Of(status, meter.Rates)).Left);
    }

    [Fact]
    public void ADiffShowsWhatDiffersAndALittleAround()
    {
        var left = string.Join('\n', Enumerable.Range(1, 40).Select(n => "line " + n)) + "\n";
        var rows = DiffRow.Of(left, left.Replace("line 20", "line twenty", StringComparison.Ordinal));
        Assert.Equal(40, rows.Count);
        var changed = Assert.Single(rows, r => !r.IsSame);
        Assert.Contains(("20", true), changed.Left!.Parts);
        Assert.Contains(("twenty", true), changed.Right!.Parts);
        Assert.Equal([null, 17, 18, 19, 20, 21, 22, 23, null], DiffRow.Differing(rows).Select(r => r?.Left?.Number));
        Assert.Equal([null], DiffRow.Differing(DiffRow.Of("a", "a")));
    }

    [Fact]
    public void OnlyTextIsShown()
    {
        Assert.Equal("grüße", Content.Of(7, "grüße"u8).Text);
        Assert.Null(Content.Of(4, [1, 0, 2, 3]).Text);
        Assert.Null(Content.Of(2, [0xC3, 0x28]).Text);
        // A letter that is cut in two at the end of what was read.
        var cut = Content.Of(100, "gr\u00fc"u8[..3]);
        Assert.Equal("gr", cut.Text);
        Assert.True(cut.IsCut);
    }

    [Fact]
    public void FiguresAreReadable()
    {
        Assert.Equal("312 files", Spoken.Count(312, "file", "files"));
        Assert.Equal("1 file", Spoken.Count(1, "file", "files"));
        Assert.Equal("2 h 10 min", Spoken.Length(TimeSpan.FromMinutes(130)));
        Assert.Equal("just now", Spoken.Ago(TimeSpan.FromSeconds(2)));
        Assert.Equal("0.4 ms", Spoken.Milliseconds(0.42));
        Assert.Equal("1.5 MB/s", Spoken.Rate(1_500_000));
    }

    [Fact]
    public void AQrCodeIsNumbersOnly()
    {
        var code = QrPath.Of("sync1.<script>");
        Assert.Matches("^[0-9Mhvz -]+$", code.Path);
        Assert.True(code.Size >= 29);
    }

    [Fact]
    public void AChartsLineHasGapsWhereNothingWasMeasured()
    {
        var line = new ChartLine("x", "c1", [1, null, 2, 4]);
        Assert.Equal("M6 75M8 50L9 0", line.Path(10, 4, area: false));
        Assert.Equal("M6 100L6 75L6 100ZM8 100L8 50L9 0L9 100Z", line.Path(10, 4, area: true));
        Assert.Equal(4, line.Most);
    }
}
