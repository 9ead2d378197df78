using System.Net.Sockets;
using System.Security.Cryptography;
using Grpc.Core;
using Sync.Engine.Link;

namespace Sync.Protocol.Connecting;

/// <summary>
/// Tries once more where a host has dropped a connection before it knew whose it was: it lets only so many strangers in at a time from one address, and fifty build agents behind
/// one that all begin in the same second are more. A host that is not there is not tried again.
/// </summary>
public static class CrowdedHost
{
    private const int Attempts = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs what connects, again and again for some seconds if need be.</summary>
    /// <param name="connect">One try.</param>
    /// <param name="time">For the pauses, which are random: those who were too many are not to come back together.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="LinkException">As the last try has it.</exception>
    public static async Task<T> ConnectAsync<T>(Func<Task<T>> connect, TimeProvider time, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await connect();
            }
            catch (LinkException e) when (attempt < Attempts && WasDropped(e))
            {
                var most = FirstPause * (1 << Math.Min(attempt, 5));
                await Task.Delay(most * (RandomNumberGenerator.GetInt32(250, 1000) / 1000.0), time, cancel);
            }
        }
    }

    private static bool WasDropped(LinkException failure)
    {
        if (failure.Failure != LinkFailure.Unreachable || failure.InnerException is not RpcException rpc) return false;
        for (var cause = rpc.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket) return socket.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted;
        }

        return true;
    }
}
