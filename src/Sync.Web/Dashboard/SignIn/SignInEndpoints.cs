using Grpc.Core;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Sync.Protocol.Control;
using Sync.Web.Api;

namespace Sync.Web.Dashboard.SignIn;

/// <summary>Signing in, with a token or with the link of <c>sync-host dashboard</c>, and out.</summary>
internal static class SignInEndpoints
{
    // As the host's own bound: longer texts are no tokens.
    private const int LongestToken = 512;

    /// <summary>Maps them.</summary>
    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet("/signin", ShowAsync);
        app.MapPost("/signin", WithTokenAsync);
        app.MapPost("/signout", OutAsync).RequireAuthorization();
    }

    private static async Task<IResult> ShowAsync(HttpContext http, HostSocket socket)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (http.Request.Query["code"].ToString() is { Length: > 0 } code)
            return await WithCodeAsync(http, socket, code);
        var ended = http.Request.Query["why"].ToString() is "ended";
        // Only who came from here has the cookie: a link elsewhere signs nobody out.
        if (ended && http.User.Identity?.IsAuthenticated is true)
            await http.SignOutAsync();
        return Page(ended ? "You were signed out: the token is not good any more." : null, StatusCodes.Status200OK);
    }

    /// <summary>The local user: whoever may open the control socket had this code made. So the call goes as this program's own.</summary>
    private static async Task<IResult> WithCodeAsync(HttpContext http, HostSocket socket, string code)
    {
        try
        {
            var reply = await new Protocol.Control.Access.AccessClient(socket.Invoker)
                .RedeemSignInAsync(new SignInCode { Code = code }, cancellationToken: http.RequestAborted);
            await SessionCookie.SignInAsync(http, reply.Token, reply.Info, own: true);
            // A page, no redirect: the cookie is for this site alone, and does not come along where another program's link began the way here.
            return new RazorComponentResult<SignedInPage>();
        }
        catch (RpcException e)
        {
            return Page(HostErrors.InWords(e), StatusCodes.Status401Unauthorized);
        }
    }

    private static async Task<IResult> WithTokenAsync(HttpContext http, HostSocket socket, IAntiforgery forgery)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (!http.Request.HasFormContentType || !await forgery.IsRequestValidAsync(http))
            return Page("That form is too old: try again.", StatusCodes.Status400BadRequest);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var token = form["token"].ToString().Trim();
        if (token.Length is 0 or > LongestToken || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return Page("That is no token. 'sync-host token create' prints one.", StatusCodes.Status400BadRequest);
        try
        {
            var info = await new HostCalls(socket, Forwarding.AddressOf(http), token).Access.WhoAmIAsync(new WhoAmIRequest(), cancellationToken: http.RequestAborted);
            await SessionCookie.SignInAsync(http, token, info, own: false);
            return TypedResults.Redirect(LocalPath(http.Request.Query["to"].ToString()));
        }
        catch (RpcException e)
        {
            return Page(HostErrors.InWords(e), e.StatusCode is StatusCode.ResourceExhausted ? StatusCodes.Status429TooManyRequests : StatusCodes.Status401Unauthorized);
        }
    }

    private static async Task<IResult> OutAsync(HttpContext http, HostSocket socket, IAntiforgery forgery)
    {
        if (!await forgery.IsRequestValidAsync(http))
            return TypedResults.BadRequest();
        if (http.User.FindFirst(SessionCookie.OwnToken)?.Value is "yes" && http.User.FindFirst(SessionCookie.Token)?.Value is { } token)
            await ForgetAsync(new HostCalls(socket, Forwarding.AddressOf(http), token), http.RequestAborted);
        await http.SignOutAsync();
        return TypedResults.Redirect("/signin");
    }

    /// <summary>A token that was made for this session is of no use after it.</summary>
    private static async Task ForgetAsync(HostCalls host, CancellationToken cancel)
    {
        try
        {
            var me = await host.Access.WhoAmIAsync(new WhoAmIRequest(), cancellationToken: cancel);
            await host.Access.RevokeTokenAsync(new RevokeTokenRequest { Id = me.Id }, cancellationToken: cancel);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unauthenticated or StatusCode.Unavailable or StatusCode.NotFound)
        {
            // It is gone already, or the host is: it ends by itself in half a day.
        }
    }

    private static RazorComponentResult<SignInPage> Page(string? problem, int status) =>
        new(new Dictionary<string, object?> { [nameof(SignInPage.Problem)] = problem }) { StatusCode = status };

    // Never to another site: a path of this one, or the first page.
    private static string LocalPath(string asked) => asked.StartsWith('/') && !asked.StartsWith("//", StringComparison.Ordinal) && !asked.Contains('\\', StringComparison.Ordinal) ? asked : "/";
}
