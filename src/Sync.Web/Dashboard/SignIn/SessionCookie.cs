using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Sync.Protocol.Control;
using Sync.Web.Api;

namespace Sync.Web.Dashboard.SignIn;

/// <summary>The cookie of somebody who signed in: it holds the token, sealed, and no script can read it.</summary>
internal static class SessionCookie
{
    public const string Token = "sync-token";
    public const string Address = "sync-address";
    public const string OwnToken = "sync-own-token";

    /// <summary>The cookie's settings.</summary>
    public static void Configure(CookieAuthenticationOptions options, string host)
    {
        Harden(options.Cookie, "__Host-sync-" + host);
        options.LoginPath = "/signin";
        options.AccessDeniedPath = "/signin";
        options.SlidingExpiration = false;
        options.ReturnUrlParameter = "to";
        options.Events.OnValidatePrincipal = context =>
        {
            // Where this request came from, not where the user signed in: the host counts failures by it.
            if (context.Principal?.Identity is ClaimsIdentity identity)
            {
                foreach (var old in identity.FindAll(Address).ToList())
                    identity.RemoveClaim(old);
                identity.AddClaim(new Claim(Address, Forwarding.AddressOf(context.HttpContext)));
            }

            return Task.CompletedTask;
        };
    }

    /// <summary>The settings of the cookie that guards forms.</summary>
    public static void Configure(AntiforgeryOptions options, string host) => Harden(options.Cookie, "__Host-sync-form-" + host);

    /// <summary>Signs somebody in with a good token.</summary>
    /// <param name="http">Their request.</param>
    /// <param name="token">The token.</param>
    /// <param name="info">What the host says of it.</param>
    /// <param name="own">Whether it was made for this session alone, and goes with it.</param>
    public static Task SignInAsync(HttpContext http, string token, TokenInfo info, bool own)
    {
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, info.Name), new Claim(Token, token), new Claim(OwnToken, own ? "yes" : "no")],
            CookieAuthenticationDefaults.AuthenticationScheme);
        return http.SignInAsync(new ClaimsPrincipal(identity), new AuthenticationProperties
        {
            IsPersistent = false,
            ExpiresUtc = DateTimeOffset.FromUnixTimeMilliseconds(info.ExpiresAtUnixMs),
        });
    }

    private static void Harden(CookieBuilder cookie, string name)
    {
        cookie.Name = name;
        cookie.HttpOnly = true;
        cookie.SecurePolicy = CookieSecurePolicy.Always;
        cookie.SameSite = SameSiteMode.Strict;
        cookie.Path = "/";
        cookie.IsEssential = true;
    }
}
