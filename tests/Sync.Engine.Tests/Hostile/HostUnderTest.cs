using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Tests.Files;
using Xunit;

namespace Sync.Engine.Tests.Hostile;

/// <summary>A real share on a real directory, and sessions that say what guests must not say.</summary>
internal sealed class HostUnderTest : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sync-hostile-").FullName;
    private readonly List<HostileSession> _sessions = [];

    private HostUnderTest() => Directory.CreateDirectory(Root);

    public string Root => Path.Join(_directory, "share");

    public IHostShare Share { get; private set; } = null!;

    public static async Task<HostUnderTest> StartAsync(SharePolicy? policy = null, Action<string>? before = null)
    {
        var host = new HostUnderTest();
        before?.Invoke(host.Root);
        var options = new ReplicaOptions { Share = "work", Root = host.Root, DataDirectory = host.At("data"), Logging = NullLoggerFactory.Instance, Process = 1 };
        host.Share = await HostShare.OpenAsync(options, policy ?? new SharePolicy(), TestContext.Current.CancellationToken);
        await host.SettledAsync();
        return host;
    }

    /// <summary>A place beside the share.</summary>
    public string At(string name) => Path.Join(_directory, name);

    public async Task<HostileSession> JoinAsync(string name, bool readOnly = false, string part = "", ulong process = 1)
    {
        var grant = new GuestGrant("fingerprint of " + name, name, readOnly, null, null);
        var session = await Share.OpenSessionAsync(grant, new SessionHello { Share = "work", SubPath = part, Process = process }, TestContext.Current.CancellationToken);
        _sessions.Add(new HostileSession(session));
        return _sessions[^1];
    }

    /// <summary>All that was decided stands on the host's disk.</summary>
    public async Task SettledAsync()
    {
        var result = await Share.FlushAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(result.Outcome is FlushOutcome.Complete or FlushOutcome.Problems, result.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) await session.DisposeAsync();
        await Share.DisposeAsync();
        Shell.Run("rm", "-rf", _directory);
    }
}
