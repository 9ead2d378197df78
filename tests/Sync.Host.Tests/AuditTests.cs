using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sync.Host.Auditing;
using Sync.Host.Config;
using Sync.Host.Registry;
using Sync.Protocol.Control;
using Sync.Protocol.Invites;
using Sync.Protocol.Pairing;
using Sync.Shared.Data;
using Xunit;

namespace Sync.Host.Tests;

public sealed class AuditTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000));
    private readonly List<string> _unwritten = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DataDirectory Data => DataDirectory.Locate(_place.At("data"), "sync-host");

    public void Dispose() => _place.Dispose();

    [Fact]
    public void EntriesAreLinesThatOnlyTheOwnerReads()
    {
        Log().Write(new AuditEntry("token:" + ("ci\n{\"at\":0}"), AuditActions.ShareAdd) { Share = "docs", Detail = "日\u202e" });
        var line = Assert.Single(File.ReadAllLines(Data.AuditFile(0)));
        Assert.True(line.All(c => c is >= ' ' and <= '~'), line);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Data.AuditFile(0)));
        var entry = Assert.Single(Read());
        Assert.Equal(("token:ci\n{\"at\":0}", "share.add", "docs", "日\u202e", "done"), (entry.Actor, entry.Action, entry.Share, entry.Detail, entry.Outcome));
        Assert.Equal(_time.GetUtcNow(), entry.At);
    }

    [Fact]
    public void AHalfLineOfAPowerCutCostsNoOther()
    {
        var log = Log();
        log.Write(new AuditEntry("local", "one"));
        File.AppendAllText(Data.AuditFile(0), "{\"actor\":\"loc");
        log.Write(new AuditEntry("local", "two"));
        var (entries, unreadable) = AuditReader.Read(Data, since: null, int.MaxValue);
        Assert.Equal(["one", "two"], entries.Select(e => e.Action));
        Assert.Equal(1, unreadable);
    }

    [Fact]
    public void OldFilesGoAndTheNewestEntriesStayInOrder()
    {
        var log = Log(largestFile: 500);
        for (var number = 0; number < 200; number++)
            log.Write(new AuditEntry("local", FormattableString.Invariant($"{number}")));
        Assert.Equal(AuditLog.MostFiles, Directory.GetFiles(Data.Path, "audit*").Length);
        Assert.All(Directory.GetFiles(Data.Path, "audit*"), path => Assert.InRange(new FileInfo(path).Length, 1, 500));
        var kept = Read().Select(e => int.Parse(e.Action, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(200 - kept.Count, kept.Count), kept);
        Assert.Equal(["198", "199"], AuditReader.Read(Data, since: null, 2).Entries.Select(e => e.Action));
    }

    [Fact]
    public void StrangersCannotPushTheRestOut()
    {
        var log = Log();
        for (var number = 0; number < AuditLog.MostRefusals + 50; number++)
            log.Write(new AuditEntry("guest:x", AuditActions.GuestPair) { Outcome = AuditEntry.Refused });
        Assert.Equal(AuditLog.MostRefusals, Read().Count);
        log.Write(new AuditEntry("local", AuditActions.Pause));
        Assert.Equal(50, Read()[^1].LeftOut);
        _time.Advance(TimeSpan.FromHours(1));
        log.Write(new AuditEntry("guest:x", AuditActions.GuestPair) { Outcome = AuditEntry.Refused });
        Assert.Equal((AuditLog.MostRefusals + 2, null), (Read().Count, Read()[^1].LeftOut));
    }

    [Fact]
    public void WhatCannotBeWrittenIsTold()
    {
        Directory.CreateDirectory(Data.AuditFile(0));
        Log().Write(new AuditEntry("local", AuditActions.Pause));
        Assert.Contains("\"action\":\"pause\"", Assert.Single(_unwritten), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnAgentTheCommandTells()
    {
        var docs = _place.Sub("docs");
        Assert.Equal(0, (await CommandAsync("share", "add", "docs", docs)).Code);
        var invite = await CommandAsync("invite", "--share", "docs", "--address", "h:1");
        Assert.Equal(1, (await CommandAsync("guest", "revoke", "nobody")).Code);
        Assert.Equal(0, (await CommandAsync("share", "set", "docs", "--conflicts", "host-wins")).Code);
        var told = JsonDocument.Parse((await CommandAsync("audit", "--json")).Output).RootElement.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(
            ["local share.add done", "local invite.create done", "local guest.revoke failed", "local share.set done"],
            told.Select(e => $"{e.GetProperty("actor")} {e.GetProperty("action")} {e.GetProperty("outcome")}"));
        Assert.Equal("conflicts host-wins", told[3].GetProperty("detail").GetString());
        Assert.Equal(docs, told[0].GetProperty("target").GetString());
        // The token is in nobody's log.
        Assert.True(Invite.TryParse(invite.Output.Trim(), out var parsed, out _));
        var text = await File.ReadAllTextAsync(Data.AuditFile(0), Cancel);
        Assert.DoesNotContain(invite.Output.Trim(), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(parsed.Secret), text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("local  share.set", (await CommandAsync("audit", "--lines", "1")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("share.add", (await CommandAsync("audit", "--lines", "1")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoPairsAndWhoIsTurnedAwayIsTold()
    {
        var data = Data;
        data.Ensure();
        var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig());
        var administration = new HostAdministration(config, data, new string('a', 64), new NoRuntime(), _time);
        await administration.AddShareAsync(new AddShareRequest { Name = "docs", Path = _place.Sub("docs") }, Cancel);
        var reply = await administration.CreateInviteAsync(new CreateInviteRequest { Share = "docs", Uses = 1, TtlMs = 60_000, Addresses = { "h:1" } }, Cancel);
        Assert.True(Invite.TryParse(reply.Token, out var invite, out _));
        var desk = new AuditedPairing(new PairingDesk(config, new FakeParts(), _time), Log());
        await desk.RedeemAsync(new string('1', 64), invite.Secret, "vm", "", visit: false, Cancel);
        await Assert.ThrowsAsync<PairingException>(async () => await desk.RedeemAsync(new string('2', 64), invite.Secret, "vm", "", visit: false, Cancel));
        Assert.Equal(
            ["guest:vm guest.pair done docs", "guest:2222222222222222 guest.pair refused "],
            Read().Select(e => $"{e.Actor} {e.Action} {e.Outcome} {e.Share}"));
    }

    [Fact]
    public async Task CallsOfTheRunningAgentAreTold()
    {
        await using var host = await RunningHost.StartAsync();
        Assert.Equal(0, (await host.RunAsync("pause", "--share", "docs")).Code);
        Assert.Equal(0, (await host.RunAsync("status")).Code);
        var entries = AuditReader.Read(DataDirectory.Locate(host.Data, "sync-host"), since: null, 10).Entries;
        Assert.Equal(("local", "pause", "docs", "done"), (entries[^1].Actor, entries[^1].Action, entries[^1].Share, entries[^1].Outcome));
    }

    [Fact]
    public async Task TokensThatAreMadeWithoutAnAgentAreToldWithoutTheirText()
    {
        var made = await CommandAsync("token", "create", "--scope", "read", "--name", "ci");
        Assert.Equal(0, made.Code);
        Assert.Equal(0, (await CommandAsync("token", "revoke", "ci")).Code);
        Assert.Equal(["token.create ci", "token.revoke ci"], Read().Select(e => $"{e.Action} {e.Target}"));
        Assert.DoesNotContain(made.Output.Trim(), await File.ReadAllTextAsync(Data.AuditFile(0), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void WhoIsKeptOutOfTheApiIsTold()
    {
        var access = new AuditedAccess(new NoAccessLog(), Log());
        access.Refused("192.0.2.1", "token:ci", "/sync.v1.control.Access/CreateToken", "scope read");
        access.Refused("192.0.2.1", null, "/sync.v1.control.Agent/GetStatus", "Expired");
        Assert.Equal(
            ["token:ci token.refuse refused scope read, from 192.0.2.1", "unknown token.refuse refused Expired, from 192.0.2.1"],
            Read().Select(e => $"{e.Actor} {e.Action} {e.Outcome} {e.Detail}"));
    }

    private AuditLog Log(long largestFile = AuditLog.LargestFile) => new(Data, _time, (_, line) => _unwritten.Add(line), largestFile);

    private IReadOnlyList<AuditEntry> Read() => AuditReader.Read(Data, since: null, int.MaxValue).Entries;

    private Task<CommandLineRun> CommandAsync(params string[] args) => CommandLineRun.Of([.. args, "--data", Data.Path]);

    private sealed class NoAccessLog : Sync.Host.Access.IAccessLog
    {
        public void Refused(string address, string? caller, string method, string why)
        {
            // Told elsewhere.
        }
    }
}
