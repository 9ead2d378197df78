using Microsoft.Extensions.Time.Testing;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Host.Config;
using Sync.Host.Registry;
using Sync.Protocol.Control;
using Sync.Protocol.Invites;
using Sync.Protocol.Pairing;
using Sync.Shared.Data;
using Xunit;

namespace Sync.Host.Tests;

public sealed class RegistryTests : IDisposable
{
    private static readonly string HostFingerprint = new('a', 64);
    private readonly TemporaryDirectory _place = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));
    private readonly ConfigStore<HostConfig> _config;
    private readonly HostAdministration _administration;
    private readonly FakeParts _parts = new();
    private readonly PairingDesk _desk;

    public RegistryTests()
    {
        _config = ConfigStore<HostConfig>.Load(_place.At("config.json"), HostConfigJson.Default.HostConfig, new HostConfig());
        _administration = new HostAdministration(_config, DataDirectory.Locate(_place.At("data"), "sync-host"), HostFingerprint, new NoRuntime(), _time);
        _desk = new PairingDesk(_config, _parts, _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task AnInviteWorksAsOftenAsSaid()
    {
        var secret = await InviteAsync(uses: 2);
        var one = await _desk.RedeemAsync(Guest(1), secret, "vm", "", visit: false, Cancel);
        var two = await _desk.RedeemAsync(Guest(2), secret, "vm", "", visit: false, Cancel);
        Assert.Equal(("docs", "vm", "vm-2"), (one.Share, one.GuestName, two.GuestName));
        var failure = await Assert.ThrowsAsync<PairingException>(async () => await _desk.RedeemAsync(Guest(3), secret, "vm", "", visit: false, Cancel));
        Assert.Equal(PairingFailure.UsedUp, failure.Failure);
        Assert.True(new GuestDirectory(_config).IsKnown(Guest(1)));
        Assert.False(new GuestDirectory(_config).IsKnown(Guest(3)));
    }

    [Fact]
    public async Task AGuestThatIsKnownKeepsItsName()
    {
        var secret = await InviteAsync(uses: 2);
        var first = await _desk.RedeemAsync(Guest(1), secret, "vm", "", visit: false, Cancel);
        var again = await _desk.RedeemAsync(Guest(1), secret, "beta", "", visit: false, Cancel);
        Assert.Equal(("vm", false, "vm", true), (first.GuestName, first.AlreadyPaired, again.GuestName, again.AlreadyPaired));
    }

    [Fact]
    public async Task WhoPairsToPullVisitsUntilItJoinsAndNeverAgain()
    {
        async Task<bool> VisitsAfterAsync(bool visit)
        {
            await _desk.RedeemAsync(Guest(1), await InviteAsync(), "vm", "", visit, Cancel);
            return Assert.Single(Assert.Single(_config.Current.Guests).Rights).Visits;
        }

        Assert.True(await VisitsAfterAsync(visit: true));
        Assert.True(await VisitsAfterAsync(visit: true));
        Assert.False(await VisitsAfterAsync(visit: false));
        // Its agent follows the share still, whatever its machine pulls.
        Assert.False(await VisitsAfterAsync(visit: true));
    }

    [Fact]
    public async Task AnInviteIsNotUsedForAPartThatIsNotThere()
    {
        var secret = await InviteAsync();
        _parts.Lacking = "nosuch";
        var failure = await Assert.ThrowsAsync<LinkException>(async () => await _desk.RedeemAsync(Guest(1), secret, "vm", "nosuch", visit: false, Cancel));
        Assert.Equal(LinkFailure.NoSuchShare, failure.Failure);
        Assert.False(new GuestDirectory(_config).IsKnown(Guest(1)));
        await _desk.RedeemAsync(Guest(1), secret, "vm", "some", visit: false, Cancel);
        // Who has no invite that holds learns nothing.
        Assert.Equal(PairingFailure.UsedUp, (await Assert.ThrowsAsync<PairingException>(async () => await _desk.RedeemAsync(Guest(2), secret, "vm", "nosuch", visit: false, Cancel))).Failure);
    }

    [Fact]
    public async Task AnInviteExpiresAndCanBeRevoked()
    {
        var late = await InviteAsync();
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(PairingFailure.Expired, (await Assert.ThrowsAsync<PairingException>(async () => await _desk.RedeemAsync(Guest(1), late, "vm", "", visit: false, Cancel))).Failure);

        var revoked = await InviteAsync();
        await _administration.RevokeInviteAsync(new RevokeInviteRequest { Id = Assert.Single((await _administration.ListInvitesAsync(Cancel)).Invites).Id }, Cancel);
        Assert.Equal(PairingFailure.Unknown, (await Assert.ThrowsAsync<PairingException>(async () => await _desk.RedeemAsync(Guest(1), revoked, "vm", "", visit: false, Cancel))).Failure);
    }

    [Fact]
    public async Task ARevokedGuestIsAStranger()
    {
        await _desk.RedeemAsync(Guest(1), await InviteAsync(), "vm", "", visit: false, Cancel);
        Assert.Equal("vm", ShareGrants.Of(_config.Current, Guest(1), "docs", asked: null).Name);
        await _administration.RevokeGuestAsync(new RevokeGuestRequest { Guest = "vm" }, Cancel);
        Assert.Equal(LinkFailure.NotAllowed, Assert.Throws<LinkException>(() => ShareGrants.Of(_config.Current, Guest(1), "docs", asked: null)).Failure);
    }

    [Fact]
    public async Task ARightToOneShareIsNoneToAnother()
    {
        await _desk.RedeemAsync(Guest(1), await InviteAsync(), "vm", "", visit: false, Cancel);
        await _administration.AddShareAsync(new AddShareRequest { Name = "other", Path = _place.Sub("other"), Policy = new PolicyInfo { Direction = "two-way" } }, Cancel);
        foreach (var share in (string[])["other", "DOCS", "docs ", "docs/", "nosuch", ""])
            Assert.Equal(LinkFailure.NotAllowed, Assert.Throws<LinkException>(() => ShareGrants.Of(_config.Current, Guest(1), share, asked: null)).Failure);
        Assert.Equal("vm", ShareGrants.Of(_config.Current, Guest(1), "docs", asked: null).Name);
    }

    [Fact]
    public async Task AnInviteThatWasReplayedGivesNothing()
    {
        var secret = await InviteAsync();
        await _desk.RedeemAsync(Guest(1), secret, "vm", "", visit: false, Cancel);
        // Neither to who has read it on its way, nor to the guest again, at once or side by side.
        foreach (var who in (int[])[2, 1])
            Assert.Equal(PairingFailure.UsedUp, (await Assert.ThrowsAsync<PairingException>(async () => await _desk.RedeemAsync(Guest(who), secret, "vm", "", visit: false, Cancel))).Failure);
        var other = await InviteAsync();
        var tries = Enumerable.Range(3, 6).Select(n => Task.Run(async () =>
        {
            try
            {
                return await _desk.RedeemAsync(Guest(n), other, "vm", "", visit: false, Cancel) is not null;
            }
            catch (PairingException e)
            {
                Assert.Equal(PairingFailure.UsedUp, e.Failure);
                return false;
            }
        }));
        Assert.Single(await Task.WhenAll(tries), won => won);
    }

    [Fact]
    public async Task RightsEndWithTheShareAndDoNotComeBackWithItsName()
    {
        await _desk.RedeemAsync(Guest(1), await InviteAsync(), "vm", "", visit: false, Cancel);
        await _administration.RemoveShareAsync(new RemoveShareRequest { Name = "docs" }, Cancel);
        await InviteAsync();
        Assert.Throws<LinkException>(() => ShareGrants.Of(_config.Current, Guest(1), "docs", asked: null));
    }

    [Theory]
    [InlineData("two-way", null, SyncDirection.SendOnly, false, SyncDirection.SendOnly)]
    [InlineData("two-way", null, null, true, SyncDirection.ReceiveOnly)]
    [InlineData("to-guest", null, SyncDirection.TwoWay, false, SyncDirection.ReceiveOnly)]
    [InlineData("to-guest", null, SyncDirection.Mirror, false, SyncDirection.Mirror)]
    [InlineData("mirror", null, SyncDirection.TwoWay, false, SyncDirection.Mirror)]
    [InlineData("mirror", "two-way", null, false, SyncDirection.TwoWay)]
    [InlineData("to-host", null, SyncDirection.ReceiveOnly, false, SyncDirection.SendOnly)]
    public async Task AGuestGetsNoMoreThanItWasGiven(string share, string? own, SyncDirection? asked, bool readOnly, SyncDirection expected)
    {
        await _desk.RedeemAsync(Guest(1), await InviteAsync(readOnly: readOnly, direction: share), "vm", "", visit: false, Cancel);
        if (own is not null)
            await _administration.SetGuestAsync(new SetGuestRequest { Guest = "vm", Direction = own }, Cancel);
        var grant = ShareGrants.Of(_config.Current, Guest(1), "docs", asked);
        Assert.Equal((expected, readOnly), (grant.Direction, grant.ReadOnly));
    }

    [Theory]
    [InlineData("vm", "vm")]
    [InlineData("host", "host-2")]
    [InlineData("../x y", "x-y")]
    [InlineData("日本", "guest")]
    public void GuestsNamesAreTame(string proposed, string name) => Assert.Equal(name, ShareName.ForGuest(proposed, _ => false));

    private static string Guest(int number) => new((char)('0' + number), 64);

    private async Task<byte[]> InviteAsync(int uses = 1, bool readOnly = false, string direction = "two-way")
    {
        await _administration.AddShareAsync(
            new AddShareRequest { Name = "docs", Path = _place.Sub("docs"), Policy = new PolicyInfo { Direction = direction } }, Cancel);
        var reply = await _administration.CreateInviteAsync(
            new CreateInviteRequest { Share = "docs", Uses = uses, ReadOnly = readOnly, TtlMs = 3_600_000, Addresses = { "h:1" } }, Cancel);
        Assert.True(Invite.TryParse(reply.Token, out var invite, out _));
        return invite.Secret;
    }
}
