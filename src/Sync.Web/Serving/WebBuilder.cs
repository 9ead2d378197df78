using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sync.Shared.Data;
using Sync.Web.Api;

namespace Sync.Web.Serving;

/// <summary>Puts the web server together.</summary>
internal static class WebBuilder
{
    // The largest request is a list of names.
    private const long LargestBody = 1 << 20;

    public static WebApplication Build(DataDirectory data, IPEndPoint listen, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "sync-web", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
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
        var app = builder.Build();
        app.UseSyncApi();
        return app;
    }
}
