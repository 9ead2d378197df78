using System.Net;
using System.Net.Sockets;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Ports that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>Takes one from the system. RACE: another process may take it before the caller listens; then the host's start fails with "in use".</summary>
    public static int Take()
    {
        using var listener = new TcpListener(Machines.Address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
