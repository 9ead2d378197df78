using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.DataProtection;
using MudBlazor.Services;
using Sync.Shared.Data;
using Sync.Web.Api;
using Sync.Web.Dashboard.Layout;
using Sync.Web.Dashboard.SignIn;
using Sync.Web.Dashboard.Watching;

namespace Sync.Web.Dashboard;

/// <summary>The dashboard in the web server: pages for people, which ask the host with the token of whoever looks at them.</summary>
internal static class DashboardPart
{
    // A circuit that lost its connection keeps its page's memory; a browser that comes back later builds its page anew.
    private const int MostDisconnected = 20;
    private static readonly TimeSpan DisconnectedFor = TimeSpan.FromMinutes(1);

    // Largest message of a browser; the longest is an ignore list that somebody typed.
    private const long LargestMessage = 64 << 10;

    /// <summary>Adds what the dashboard needs.</summary>
    /// <param name="services">To these.</param>
    /// <param name="data">The host's data directory: keys that seal cookies are kept there.</param>
    /// <param name="host">Tells this host's cookies from those of another one on the same machine: cookies know no ports.</param>
    public static void AddDashboard(this IServiceCollection services, DataDirectory data, string host)
    {
        services.AddDataProtection().SetApplicationName("sync-web").PersistKeysToFileSystem(CookieKeys.Prepare(data));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie => SessionCookie.Configure(cookie, host));
        services.AddAuthorization();
        services.AddAntiforgery(forgery => SessionCookie.Configure(forgery, host));
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DetailedErrors = false;
            circuits.DisconnectedCircuitMaxRetained = MostDisconnected;
            circuits.DisconnectedCircuitRetentionPeriod = DisconnectedFor;
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestMessage);
        services.AddCascadingAuthenticationState();
        services.AddMudServices();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<HostWatches>();
        services.AddScoped<Notices>();
        services.AddScoped(scope => new Viewer(
            scope.GetRequiredService<HostSocket>(), scope.GetRequiredService<HostWatches>(), scope.GetRequiredService<Notices>(), scope.GetRequiredService<NavigationManager>()));
    }

    /// <summary>Maps it.</summary>
    public static void UseDashboard(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapSignIn();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(server =>
            {
                server.ContentSecurityFrameAncestorsPolicy = "'none'";
                // It costs each viewer a third of a megabyte, and an attacker's text beside a secret would tell of it by its length.
                server.DisableWebSocketCompression = true;
            })
            .RequireAuthorization();
    }
}
