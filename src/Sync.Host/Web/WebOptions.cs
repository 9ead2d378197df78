using System.Net;
using Sync.Shared.Data;
using Sync.Shared.Settings;

namespace Sync.Host.Web;

/// <summary>How the web server is to run.</summary>
/// <param name="Listen">Where; port 0 for any.</param>
/// <param name="Certificate">A PEM file with certificate and key; null for the host's own identity.</param>
internal sealed record WebOptions(IPEndPoint Listen, string? Certificate)
{
    /// <summary>As the settings say; null: there is to be none.</summary>
    public static WebOptions? Of(AgentSettings settings, DataDirectory data) =>
        settings.Api is { } api ? new WebOptions(api, settings.ApiCertificate is { } file ? Path.GetFullPath(file, data.Path) : null) : null;
}
