using Grpc.Core;
using Sync.Host.Config;
using Sync.Host.Webhooks;
using Sync.Protocol.Control;
using Sync.Shared.Control;

namespace Sync.Host.Access;

/// <summary>Tokens and webhooks over the control API.</summary>
internal sealed class AccessService(ApiTokens tokens, WebhookDesk webhooks, SignInCodes codes) : Protocol.Control.Access.AccessBase
{
    public override Task<CreateTokenReply> CreateToken(CreateTokenRequest request, ServerCallContext context)
    {
        var (text, record) = tokens.Create(request.Name, request.Scope, request.Share, TimeSpan.FromMilliseconds(request.TtlMs));
        return Task.FromResult(new CreateTokenReply { Token = text, Info = ToInfo(record) });
    }

    public override Task<TokenInfoList> ListTokens(ListTokensRequest request, ServerCallContext context)
    {
        var list = new TokenInfoList();
        list.Tokens.AddRange(tokens.List().Select(ToInfo));
        return Task.FromResult(list);
    }

    public override Task<TokenInfo> RevokeToken(RevokeTokenRequest request, ServerCallContext context) => Task.FromResult(ToInfo(tokens.Revoke(request.Id)));

    public override Task<TokenInfo> WhoAmI(WhoAmIRequest request, ServerCallContext context)
    {
        var caller = ApiCaller.Of(context);
        var mine = caller.TokenId is { } id ? tokens.List().FirstOrDefault(t => string.Equals(t.Id, id, StringComparison.Ordinal)) : null;
        return Task.FromResult(mine is null ? new TokenInfo { Name = caller.Name, Scope = TokenWords.Of(caller.Scope), Share = caller.Share ?? "" } : ToInfo(mine));
    }

    public override Task<SignInCode> CreateSignIn(CreateSignInRequest request, ServerCallContext context) => ApiCaller.Of(context) == ApiCaller.Local
        ? Task.FromResult(new SignInCode { Code = codes.Create(), Address = codes.WebAddress })
        : throw ControlErrors.ToRpc(StatusCode.PermissionDenied, "local-only", "only the local user signs in without a token: run 'sync-host dashboard' on the host");

    public override Task<CreateTokenReply> RedeemSignIn(SignInCode request, ServerCallContext context)
    {
        var (text, record) = codes.Redeem(request.Code);
        return Task.FromResult(new CreateTokenReply { Token = text, Info = ToInfo(record) });
    }

    public override Task<AddWebhookReply> AddWebhook(AddWebhookRequest request, ServerCallContext context) => Task.FromResult(webhooks.Add(request));

    public override Task<WebhookInfoList> ListWebhooks(ListWebhooksRequest request, ServerCallContext context)
    {
        var list = new WebhookInfoList();
        list.Webhooks.AddRange(webhooks.List());
        return Task.FromResult(list);
    }

    public override Task<WebhookInfo> RemoveWebhook(RemoveWebhookRequest request, ServerCallContext context) => Task.FromResult(webhooks.Remove(request.Id));

    private TokenInfo ToInfo(TokenRecord token) => tokens.Describe(token);
}
