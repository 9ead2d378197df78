using Grpc.Core;
using Grpc.Core.Interceptors;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>The host's services as one caller sees them: every call carries the caller's token, by which the host decides.</summary>
internal sealed class HostCalls
{
    public HostCalls(HostSocket socket, string address, string? token)
    {
        var invoker = socket.Invoker.Intercept(headers =>
        {
            foreach (var entry in ApiHeaders.For(address, token))
                headers.Add(entry);
            return headers;
        });
        Agent = new Agent.AgentClient(invoker);
        Registry = new HostRegistry.HostRegistryClient(invoker);
        Jobs = new Jobs.JobsClient(invoker);
        Events = new Events.EventsClient(invoker);
        Access = new Access.AccessClient(invoker);
        Tags = new Tags.TagsClient(invoker);
        Operations = new Operations.OperationsClient(invoker);
    }

    public Agent.AgentClient Agent { get; }

    public HostRegistry.HostRegistryClient Registry { get; }

    public Jobs.JobsClient Jobs { get; }

    public Events.EventsClient Events { get; }

    public Access.AccessClient Access { get; }

    public Tags.TagsClient Tags { get; }

    public Operations.OperationsClient Operations { get; }
}
