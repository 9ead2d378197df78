using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sync.Shared.Doctor.Checks;

/// <summary>A host's port: answered by the agent if it runs, free if it does not.</summary>
internal sealed class PortCheck(IProgramRunner programs) : IDoctorCheck
{
    private const string Name = "port";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        if (patient.Listen is not { } listen)
            return [];
        var port = listen.Port.ToString(CultureInfo.InvariantCulture);
        if (patient.Status is not null)
        {
            return [await AnswersAsync(Reachable(listen), cancel)
                ? DoctorFinding.Ok(Name, $"{listen} answers" + (IPAddress.IsLoopback(listen.Address) ? ", to this machine alone" : ""))
                : DoctorFinding.Problem(Name, $"{listen} does not answer, although the agent says that it listens there", "sync-host logs")];
        }

        if (listen.Port == 0 || IsFree(listen))
            return [DoctorFinding.Ok(Name, $"{listen} is free")];
        var who = await programs.RunAsync("ss", ["-ltnpH", "sport = :" + port], cancel) is { Code: 0 } told ? ": " + told.Output.Trim().ReplaceLineEndings("; ") : "";
        return [DoctorFinding.Problem(Name, $"{listen} is taken by another program{who}", $"sudo ss -ltnp 'sport = :{port}'   # stop it, or: sync-host serve --listen ADDR:PORT")];
    }

    private static IPEndPoint Reachable(IPEndPoint listen) => new(
        listen.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen.Address, listen.Port);

    private static async Task<bool> AnswersAsync(IPEndPoint endpoint, CancellationToken cancel)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await socket.ConnectAsync(endpoint, patience.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    private static bool IsFree(IPEndPoint endpoint)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
