using System.Net;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Where agents run: all on this machine's loopback, or, in a run of `tests/machines.sh`, each guest in a network of its own, with one address, joined by a cable to the one that hosts and tests are in.</summary>
internal static class Machines
{
    private static readonly string[] Networks = (Environment.GetEnvironmentVariable("SYNC_TEST_NETWORKS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int _next;

    /// <summary>Of the machine that hosts and tests are on.</summary>
    public static IPAddress Address { get; } = IPAddress.Parse(Environment.GetEnvironmentVariable("SYNC_TEST_ADDRESS") ?? "127.0.0.1");

    /// <summary>A port of it, as an address is written.</summary>
    public static string At(int port) => new IPEndPoint(Address, port).ToString();

    /// <summary>What the next guest's agent and processes are started through. After the last machine comes the first again: two guests on one is no harm.</summary>
    public static IReadOnlyList<string> Next() =>
        Networks.Length == 0 ? [] : ["nsenter", "--net=" + Networks[(uint)Interlocked.Increment(ref _next) % (uint)Networks.Length], "--"];
}
