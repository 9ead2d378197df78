using System.Net;

namespace Sync.Host.Web;

/// <summary>How the web server is to run.</summary>
/// <param name="Listen">Where; port 0 for any.</param>
/// <param name="Certificate">A PEM file with certificate and key; null for the host's own identity.</param>
internal sealed record WebOptions(IPEndPoint Listen, string? Certificate);
