using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Sync.Engine.Link;
using Sync.Shared.Output;

namespace Sync.Shared.Control;

/// <summary>Turns what the agent throws into what the command line shows.</summary>
internal sealed class ControlErrorInterceptor(ILogger<ControlErrorInterceptor> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    private RpcException Translate(Exception error, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested)
            return new RpcException(new Status(StatusCode.Cancelled, "cancelled"));
        switch (error)
        {
            case CommandFailure failure:
                return ControlErrors.ToRpc(failure);
            case LinkException link:
                return ControlErrors.ToRpc(new CommandFailure(CodeOf(link.Failure), link.Message, link));
            case IOException or UnauthorizedAccessException or NotSupportedException:
                return ControlErrors.ToRpc(new CommandFailure(error.Message, error));
            default:
                ControlLog.CallFailed(log, error, context.Method);
                return new RpcException(new Status(StatusCode.Internal, error.GetType().Name + ": " + error.Message));
        }
    }

    private static ExitCode CodeOf(LinkFailure failure) => failure switch
    {
        LinkFailure.Unreachable or LinkFailure.Unavailable => ExitCode.Unreachable,
        LinkFailure.NotAllowed or LinkFailure.WrongPeer or LinkFailure.Duplicate or LinkFailure.NoSuchShare => ExitCode.NotAllowed,
        _ => ExitCode.Failed,
    };
}
