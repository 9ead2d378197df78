using Grpc.Core;
using Grpc.Core.Interceptors;
using Sync.Shared.Output;

namespace Sync.Host.Auditing;

/// <summary>Tells the audit log of every call that changes something. Nearer to the call than what turns failures into statuses.</summary>
internal sealed class AuditInterceptor(IAuditLog log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (AuditWords.Of(request, AuditActor.Of(context)) is not { } entry)
            return await continuation(request, context);
        return await AuditedAsync(log, entry, () => continuation(request, context));
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        if (AuditWords.Of(request, AuditActor.Of(context)) is not { } entry)
            return continuation(request, responseStream, context);
        return AuditedAsync(log, entry, async () =>
        {
            await continuation(request, responseStream, context);
            return request;
        });
    }

    /// <summary>Does it, and tells how it ended.</summary>
    public static async Task<T> AuditedAsync<T>(IAuditLog log, AuditEntry entry, Func<Task<T>> action)
        where T : class
    {
        try
        {
            var reply = await action();
            log.Write(AuditWords.With(entry, reply));
            return reply;
        }
        catch (CommandFailure e)
        {
            log.Write(entry with { Outcome = e.Code == ExitCode.NotAllowed ? AuditEntry.Refused : AuditEntry.Failed, Detail = e.Message });
            throw;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.PermissionDenied)
        {
            log.Write(entry with { Outcome = AuditEntry.Refused, Detail = e.Status.Detail });
            throw;
        }
        catch (Exception e)
        {
            // It may have been done in part.
            log.Write(entry with { Outcome = AuditEntry.Failed, Detail = e.Message });
            throw;
        }
    }
}
