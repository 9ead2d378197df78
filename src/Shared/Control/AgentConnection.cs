using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Sync.Protocol.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Shared.Control;

/// <summary>A command's connection to the agent that runs on its data directory.</summary>
internal sealed class AgentConnection : IDisposable
{
    private readonly GrpcChannel _channel;

    private AgentConnection(GrpcChannel channel)
    {
        _channel = channel;
        Agent = new Agent.AgentClient(channel);
    }

    public Agent.AgentClient Agent { get; }

    public HostRegistry.HostRegistryClient HostRegistry => new(_channel);

    public Operations.OperationsClient Operations => new(_channel);

    public Jobs.JobsClient Jobs => new(_channel);

    public Events.EventsClient Events => new(_channel);

    public Access.AccessClient Access => new(_channel);

    public GuestBindings.GuestBindingsClient GuestBindings => new(_channel);

    public Tags.TagsClient Tags => new(_channel);

    /// <summary>Whether an agent answers there.</summary>
    public static bool IsRunning(DataDirectory data) => new ControlSocket(data).Find() is { } path && Answers(path);

    /// <summary>Connects; null if no agent runs.</summary>
    public static AgentConnection? TryOpen(DataDirectory data)
    {
        if (new ControlSocket(data).Find() is not { } path || !Answers(path))
            return null;
        return new AgentConnection(ControlChannel.Open(path));
    }

    /// <summary>Connects.</summary>
    /// <exception cref="CommandFailure">No agent runs.</exception>
    public static AgentConnection Open(DataDirectory data, string startCommand)
    {
        if (TryOpen(data) is { } agent)
            return agent;
        if (!data.IsOpenToUser())
            throw new CommandFailure(ExitCode.NotAllowed, $"the data directory {Printable.Text(data.Path)} belongs to another user; run as that user, or name your own with --data");
        throw new CommandFailure($"no agent runs on {Printable.Text(data.Path)}; start '{startCommand}', or name its directory with --data");
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    // A killed agent leaves its socket behind; only a connect tells.
    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            throw new CommandFailure(ExitCode.NotAllowed, $"the agent behind {Printable.Text(path)} belongs to another user; run as that user", e);
        }
    }
}
