using System.Text.Json;
using Sync.Host.Auditing;
using Sync.Host.Config;
using Sync.Host.Jobs;
using Xunit;

namespace Sync.Host.Tests;

/// <summary>Files of an earlier release lack what has come since: that has its default then.</summary>
public sealed class OlderFilesTests
{
    [Fact]
    public void WhatAConfigurationLacksHasItsDefault()
    {
        var empty = Read("{}");
        Assert.Equal(1, empty.Version);
        Assert.Empty(empty.Shares);
        Assert.Empty(empty.Guests);
        Assert.Empty(empty.Invites);
        Assert.Empty(empty.Tokens);
        Assert.Empty(empty.Webhooks);
        var some = Read("""{ "version": 1, "shares": [ { "name": "s", "path": "/p", "id": "x" }, { "name": "t", "path": "/q", "id": "y", "policy": { "direction": "to-host" } } ], "guests": [ { "fingerprint": "f", "name": "g" } ], "webhooks": [ { "id": "w", "url": "https://h", "secret": "s" } ] }""");
        Assert.Equal(new PolicyRecord().ToInfo(), some.Shares[0].Policy.ToInfo());
        var expected = new PolicyRecord { Direction = "to-host" };
        Assert.Equal(expected.ToInfo(), some.Shares[1].Policy.ToInfo());
        Assert.NotNull(some.Shares[1].Policy.ToPolicy());
        Assert.Empty(Assert.Single(some.Guests).Rights);
        Assert.Empty(Assert.Single(some.Webhooks).Events);
    }

    [Fact]
    public void WhatAJobOrAnAuditEntryLacksHasItsDefault()
    {
        var job = JsonSerializer.Deserialize("""{ "id": "1", "share": "s", "madeBy": "m" }""", JobJson.Default.JobRecord)!;
        Assert.True(job.Durable);
        Assert.Equal("", job.PathPrefix);
        Assert.Empty(job.Guests);
        Assert.Empty(job.Parts);
        Assert.Equal(AuditEntry.Done, JsonSerializer.Deserialize("""{ "actor": "a", "action": "b" }""", AuditJson.Default.AuditEntry)!.Outcome);
    }

    private static HostConfig Read(string json) => JsonSerializer.Deserialize(json, HostConfigJson.Default.HostConfig)!;
}
