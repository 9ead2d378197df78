using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Sync.Web.Api;

/// <summary>
/// Says why a call failed so that a program can rely on it: the host's word for it goes into google.rpc.Status (gRPC) and into the problem details (REST).
/// </summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> log) : Interceptor
{
    private const string CodeTrailer = "sync-code";
    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string Domain = "sync";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e)
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
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    private RpcException Translate(Exception error, ServerCallContext context)
    {
        if (error is OperationCanceledException && context.CancellationToken.IsCancellationRequested)
            return new RpcException(new Grpc.Core.Status(StatusCode.Cancelled, "cancelled"));
        if (error is not RpcException rpc)
        {
            ApiLog.CallFailed(log, error, context.Method);
            return Tell(context, StatusCode.Internal, "internal", "the web server failed; look at its log");
        }

        var code = rpc.Trailers.GetValue(CodeTrailer) ?? rpc.StatusCode switch
        {
            StatusCode.Unavailable => "unreachable",
            StatusCode.DeadlineExceeded => "timed-out",
            StatusCode.Cancelled => "cancelled",
            _ => "internal",
        };
        return Tell(context, rpc.StatusCode, code, rpc.StatusCode is StatusCode.Unavailable && code is "unreachable" ? "the host does not answer; is sync-host running?" : rpc.Status.Detail);
    }

    private static RpcException Tell(ServerCallContext context, StatusCode status, string code, string message)
    {
        var http = context.GetHttpContext();
        ApiProblems.Remember(http, code, message);
        if (!ApiProblems.IsGrpc(http))
            return new RpcException(new Grpc.Core.Status(status, message));
        var rich = new Google.Rpc.Status { Code = (int)status, Message = message };
        rich.Details.Add(Any.Pack(new ErrorInfo { Reason = code, Domain = Domain }));
        return new RpcException(new Grpc.Core.Status(status, message), new Metadata { { DetailsTrailer, rich.ToByteArray() }, { CodeTrailer, code } });
    }
}
