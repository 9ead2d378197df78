using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Tokens and webhooks: passed on to the host. Signing in is the dashboard's own.</summary>
internal sealed class AccessForward : Access.AccessBase
{
    public override Task<CreateTokenReply> CreateToken(CreateTokenRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Access.CreateTokenAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<TokenInfoList> ListTokens(ListTokensRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Access.ListTokensAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<TokenInfo> RevokeToken(RevokeTokenRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Access.RevokeTokenAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<TokenInfo> WhoAmI(WhoAmIRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Access.WhoAmIAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<AddWebhookReply> AddWebhook(AddWebhookRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Access.AddWebhookAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<WebhookInfoList> ListWebhooks(ListWebhooksRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Access.ListWebhooksAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<WebhookInfo> RemoveWebhook(RemoveWebhookRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Access.RemoveWebhookAsync(request, Forwarding.Options(context)).ResponseAsync;
}
