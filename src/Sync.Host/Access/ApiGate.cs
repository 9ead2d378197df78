using Grpc.Core;
using Grpc.Core.Interceptors;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Output;

namespace Sync.Host.Access;

/// <summary>
/// Who may call what. The control socket is the local user's, who may do everything; a call that comes through the web server is marked
/// (<see cref="ApiHeaders"/>) and goes by its token. The web server itself decides nothing.
/// </summary>
internal sealed class ApiGate(ApiTokens tokens, FailureLimiter failures, IAccessLog log) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Admit(request, context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(request, context);
        return continuation(request, responseStream, context);
    }

    private void Admit(object request, ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(ApiHeaders.Remote) is not { } address)
            return;
        if (!failures.MayTry(address))
            throw ControlErrors.ToRpc(StatusCode.ResourceExhausted, "too-many-failures", "too many calls without a good token from this address; try again in a minute");
        var verdict = tokens.Check(ApiHeaders.Bearer(context.RequestHeaders), out var caller);
        if (caller is null)
        {
            failures.Count(address);
            log.Refused(address, null, context.Method, verdict.ToString());
            throw ControlErrors.ToRpc(StatusCode.Unauthenticated, verdict is TokenVerdict.Expired ? "token-expired" : "unauthenticated", verdict switch
            {
                TokenVerdict.Missing => "a token is needed: the header 'Authorization: Bearer TOKEN'; make one with 'sync-host token create'",
                TokenVerdict.Expired => "the token has expired; make a new one with 'sync-host token create'",
                _ => "the token is not known (any more); make a new one with 'sync-host token create'",
            });
        }

        var needed = ApiRights.Of(context.Method);
        if (caller.Scope < needed)
        {
            log.Refused(address, caller.Name, context.Method, "scope " + TokenWords.Of(caller.Scope));
            throw ControlErrors.ToRpc(StatusCode.PermissionDenied, "scope", $"this needs a token with the scope {TokenWords.Of(needed)}; this one has {TokenWords.Of(caller.Scope)}");
        }

        if (caller.Share is { } share && !ApiRights.HeedsShare(context.Method) && !RequestShare.Narrow(request, share))
        {
            log.Refused(address, caller.Name, context.Method, "share " + share);
            throw ControlErrors.ToRpc(StatusCode.PermissionDenied, "share", $"this token is for the share {Printable.Text(share)} alone");
        }

        caller.Mark(context);
    }
}
