using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sync.Engine.Link;
using Sync.Host.Config;
using Sync.Host.Registry;
using Sync.Protocol.Control;
using Sync.Protocol.Invites;
using Sync.Shared.Data;
using Xunit;

namespace Sync.Host.Tests;

public sealed class EphemeralGuestTests : IDisposable
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _place = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero));
    private readonly ConfigStore<HostConfig> _config;
    private readonly HostAdministration _administration;
    private readonly EphemeralGuests _guests;
    private readonly PairingDesk _desk;

    public EphemeralGuestTests()
    {
        _config = ConfigStore<HostConfig>.Load(_place.At("config.json"), HostConfigJson.Default.HostConfig, new HostConfig());
        _administration = new HostAdministration(_config, DataDirectory.Locate(_place.At("data"), "sync-host"), new string('a', 64), new NoRuntime(), _time);
        _guests = new EphemeralGuests(_config, _time, NullLogger<EphemeralGuests>.Instance);
        _desk = new PairingDesk(_config, new FakeParts(), _time, _guests);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Guest => new('1', 64);

    public void Dispose()
    {
        _guests.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task AGuestThatNeverComesIsForgotten()
    {
        await PairAsync(ephemeral: true);
        Assert.True(Assert.Single(_config.Current.Guests).Ephemeral);
        _time.Advance(Linger - TimeSpan.FromSeconds(1));
        Assert.Single(_config.Current.Guests);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_config.Current.Guests);
        Assert.Empty(Read().Guests);
    }

    [Fact]
    public async Task ItIsForgottenAWhileAfterItsLastSession()
    {
        await PairAsync(ephemeral: true);
        var first = _guests.Enter(Guest, "docs");
        var second = _guests.Enter(Guest, "docs");
        first.Dispose();
        first.Dispose();
        _time.Advance(10 * Linger);
        Assert.Single(_config.Current.Guests);
        second.Dispose();
        _time.Advance(Linger / 2);
        // A link that was lost for a moment.
        using (_guests.Enter(Guest, "docs"))
            _time.Advance(Linger);
        _time.Advance(Linger / 2);
        Assert.Single(_config.Current.Guests);
        _time.Advance(Linger / 2);
        Assert.Empty(_config.Current.Guests);
        Assert.Equal(LinkFailure.NotAllowed, Assert.Throws<LinkException>(() => ShareGrants.Of(_config.Current, Guest, "docs", asked: null)).Failure);
    }

    [Fact]
    public async Task AStopOfTheHostDoesNotMakeItStay()
    {
        await PairAsync(ephemeral: true);
        _guests.Dispose();
        _time.Advance(10 * Linger);
        Assert.Single(Read().Guests);
        using var next = new EphemeralGuests(_config, _time, NullLogger<EphemeralGuests>.Instance);
        next.Start();
        _time.Advance(Linger / 2);
        Assert.Single(_config.Current.Guests);
        _time.Advance(Linger / 2);
        Assert.Empty(Read().Guests);
    }

    [Fact]
    public async Task WhatLastsIsNotTakenBackByAnEphemeralInvite()
    {
        await PairAsync(ephemeral: false, readOnly: true);
        await PairAsync(ephemeral: true);
        _guests.Enter(Guest, "docs").Dispose();
        _time.Advance(10 * Linger);
        var guest = Assert.Single(_config.Current.Guests);
        // Nor is it given more, which would have to be taken back.
        Assert.Equal((false, true, false), (guest.Ephemeral, Assert.Single(guest.Rights).ReadOnly, guest.Rights[0].IsEphemeral));

        await PairAsync(ephemeral: true, share: "other");
        Assert.Equal(2, Assert.Single(_config.Current.Guests).Rights.Count);
        _time.Advance(Linger);
        Assert.Equal("docs", Assert.Single(Assert.Single(_config.Current.Guests).Rights).Share);
    }

    [Fact]
    public async Task AGuestThatIsInvitedToStayStays()
    {
        await PairAsync(ephemeral: true);
        await PairAsync(ephemeral: false);
        _time.Advance(10 * Linger);
        Assert.False(Assert.Single(_config.Current.Guests).Ephemeral);
        Assert.False((await _administration.ListGuestsAsync(Cancel)).Guests[0].Ephemeral);
    }

    [Fact]
    public async Task NothingOfItIsLeftWithoutTheShare()
    {
        await PairAsync(ephemeral: true);
        await _administration.RemoveShareAsync(new RemoveShareRequest { Name = "docs" }, Cancel);
        Assert.Empty(_config.Current.Guests);
        _time.Advance(10 * Linger);
    }

    private HostConfig Read() => ConfigStore<HostConfig>.Load(_place.At("config.json"), HostConfigJson.Default.HostConfig, new HostConfig()).Current;

    private async Task PairAsync(bool ephemeral, bool readOnly = false, string share = "docs")
    {
        await _administration.AddShareAsync(new AddShareRequest { Name = share, Path = _place.Sub(share) }, Cancel);
        var reply = await _administration.CreateInviteAsync(
            new CreateInviteRequest { Share = share, Uses = 1, ReadOnly = readOnly, Ephemeral = ephemeral, LingerMs = (long)Linger.TotalMilliseconds, TtlMs = 3_600_000, Addresses = { "h:1" } }, Cancel);
        Assert.True(Invite.TryParse(reply.Token, out var invite, out _));
        await _desk.RedeemAsync(Guest, invite.Secret, "vm", "", visit: false, Cancel);
    }
}
