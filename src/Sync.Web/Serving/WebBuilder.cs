using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sync.Shared.Data;
using Sync.Web.Api;
using Sync.Web.Dashboard;

namespace Sync.Web.Serving;

/// <summary>Puts the web server together.</summary>
internal static class WebBuilder
{
    // The largest request is a list of names.
    private const long LargestBody = 1 << 20;

    public static WebApplication Build(DataDirectory data, IPEndPoint listen, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "sync-web", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            // The keys of cookies are as safe as the host's own key beside them: the directory is closed to others.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(listen, options =>
            {
                options.Protocols = HttpProtocols.Http1AndHttp2;
                var served = new X509Certificate2(certificate);
                options.UseHttps(https =>
                {
                    https.ServerCertificate = served;
                    https.SslProtocols = SslProtocols.Tls13;
                });
            });
        });
        builder.Services.AddSyncApi(data);
        builder.Services.AddDashboard(data, certificate.Thumbprint[..8]);
        var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseSyncApi();
        app.MapGuestPackages(data);
        app.UseDashboard();
        return app;
    }
}
