using Grpc.Core;
using Grpc.Net.Client;
using Sync.Protocol.Control;
using Sync.Shared.Data;

namespace Sync.Web.Api;

/// <summary>The control socket of the host this web server belongs to.</summary>
internal sealed class HostSocket : IDisposable
{
    private readonly GrpcChannel _channel;

    public HostSocket(DataDirectory data)
    {
        var path = new ControlSocket(data).Find() ?? throw new IOException($"No host runs on {data.Path}.");
        _channel = ControlChannel.Open(path);
        Invoker = _channel.CreateCallInvoker();
    }

    /// <summary>Makes calls. Each carries the headers of <see cref="ApiHeaders"/>, but for those that this program makes for itself.</summary>
    public CallInvoker Invoker { get; }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
