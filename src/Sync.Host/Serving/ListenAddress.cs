using System.Net;
using Sync.Shared.Settings;

namespace Sync.Host.Serving;

/// <summary>Where the host listens.</summary>
internal static class ListenAddress
{
    /// <summary>If nothing is said.</summary>
    public static readonly IPEndPoint Usual = new(IPAddress.Any, 7443);

    /// <inheritdoc cref="EndpointText"/>
    public static bool TryParse(string text, out IPEndPoint endpoint) => EndpointText.TryParse(text, out endpoint);

    /// <summary>What is listened on by TCP; null: nothing is, or the text is none.</summary>
    public static IPEndPoint? TcpOf(string? listen) => listen is not null && ListenText.TryParseAll(listen, out var all) ? all.OfType<IPEndPoint>().FirstOrDefault() : null;
}
