using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sync.Engine.Machines;
using Sync.Shared.Data;

namespace Sync.Web.Serving;

/// <summary>
/// The process's life: it listens, says "ready ADDRESS" on standard output (or "failed REASON"), and ends when its standard input does, which the host
/// holds open. So it never outlives the host, whatever the host died of.
/// </summary>
internal static class WebProcess
{
    private static readonly TimeSpan GiveBackEvery = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(DataDirectory data, IPEndPoint listen, string? certificate, TextWriter output, CancellationToken cancel)
    {
        WebApplication app;
        try
        {
            using var tls = WebCertificate.Load(data, certificate, listen.Address);
            app = WebBuilder.Build(data, listen, tls);
            await app.StartAsync(cancel);
        }
        catch (Exception e) when (Explain(e, listen, certificate) is { } reason)
        {
            await output.WriteLineAsync("failed " + reason);
            return 1;
        }

        await using (app)
        {
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            await output.WriteLineAsync("ready " + Reachable(new Uri(address), listen));
            await output.FlushAsync(cancel);
            using var over = new CancellationTokenSource();
            var givingBack = GiveBackMemoryAsync(over.Token);
            await WaitForHostAsync(cancel);
            await over.CancelAsync();
            await givingBack;
            await app.StopAsync(CancellationToken.None);
        }

        return 0;
    }

    /// <summary>Most of the files of the runtime and of the libraries are needed by the start, and by a first page, alone.</summary>
    private static async Task GiveBackMemoryAsync(CancellationToken over)
    {
        ResidentPages.Note();
        using var timer = new PeriodicTimer(GiveBackEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(over)) ResidentPages.GiveBack();
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }

    /// <summary>Completes when the host has closed this program's standard input, or has died.</summary>
    private static async Task WaitForHostAsync(CancellationToken cancel)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[1];
        try
        {
            while (await input.ReadAsync(buffer, cancel) > 0)
            {
                // Nothing is said here.
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl-C, which the host gets too.
        }
    }

    // "Any address" is no address to open in a browser.
    private static string Reachable(Uri address, IPEndPoint listen)
    {
        var at = listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : listen.Address;
        return "https://" + new IPEndPoint(at, address.Port);
    }

    private static string? Explain(Exception error, IPEndPoint listen, string? certificate)
    {
        if (error is System.Security.Cryptography.CryptographicException)
            return $"{certificate ?? "the host's identity"} holds no certificate with its key ({error.Message}); give a PEM file that has both with --api-certificate";
        if (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
            return $"{error.Message} Choose another file with --api-certificate";
        var cause = error as SocketException ?? error.InnerException as SocketException ?? error.InnerException?.InnerException as SocketException;
        if (error.InnerException is AddressInUseException || cause?.SocketErrorCode is SocketError.AddressAlreadyInUse)
            return $"{listen} is in use by another program; stop it, or choose another address with --api";
        return cause?.SocketErrorCode switch
        {
            SocketError.AccessDenied => $"this user may not listen on {listen}; choose a port above 1023 with --api",
            SocketError.AddressNotAvailable => $"{listen.Address} is no address of this machine; choose another with --api",
            null => null,
            _ => $"cannot listen on {listen} ({cause.Message}); choose another address with --api",
        };
    }
}
