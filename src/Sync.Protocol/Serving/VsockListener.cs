using System.Net;
using Microsoft.AspNetCore.Connections;
using Sync.Protocol.Lines;

namespace Sync.Protocol.Serving;

/// <summary>Accepts connections by vsock. Not tested against a hypervisor.</summary>
internal sealed class VsockListener : IConnectionListener
{
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _socket;
    private readonly DeviceStream _waiter;
    private readonly CancellationTokenSource _unbound = new();

    /// <exception cref="IOException">It cannot be had.</exception>
    public VsockListener(VsockEndPoint endpoint)
    {
        EndPoint = endpoint;
        _socket = VsockNative.Open();
        _waiter = new DeviceStream(_socket, _socket);
        try
        {
            VsockNative.Listen(_socket, endpoint);
        }
        catch
        {
            _waiter.Dispose();
            throw;
        }
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
        try
        {
            while (true)
            {
                if (VsockNative.Accept(_socket) is { } accepted) return new StreamConnection(new DeviceStream(accepted, accepted), EndPoint);
                await _waiter.ReadableAsync(both.Token);
            }
        }
        catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _unbound.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _unbound.CancelAsync();
        await _waiter.DisposeAsync();
    }
}
