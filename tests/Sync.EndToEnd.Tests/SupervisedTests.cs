using System.Net.Sockets;
using System.Text;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>What an agent tells systemd, by sd_notify(3), when it is a service of the type `notify`: here the test is systemd, and not the agent's parent by name.</summary>
public sealed class SupervisedTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_agent_tells_that_it_is_ready_that_it_lives_and_that_it_stops()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        await TellsAsync(guest, pair.Temporary("guest.notify"));
        await pair.Host.StopAsync();
        await TellsAsync(pair.Host, pair.Temporary("host.notify"));
    }

    private static async Task TellsAsync(TestAgent agent, string path)
    {
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        agent.AgentThrough = ["env", "NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=2000000"];
        await agent.StartAsync();
        await HearAsync(systemd, "READY=1");
        await HearAsync(systemd, "WATCHDOG=1");
        await HearAsync(systemd, "WATCHDOG=1");
        await agent.StopAsync();
        await HearAsync(systemd, "STOPPING=1");
        agent.AgentThrough = [];
    }

    /// <summary>Waits until this is told; other messages are passed over.</summary>
    private static async Task HearAsync(Socket systemd, string state)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        byte[] message = new byte[4096];
        while (true)
        {
            int length = await systemd.ReceiveAsync(message, limit.Token);
            if (Encoding.UTF8.GetString(message, 0, length).Split('\n').Contains(state))
                return;
        }
    }
}
