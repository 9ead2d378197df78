using System.Globalization;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary>The status as plain text.</summary>
internal static class StatusText
{
    // More would scroll the summary away; --json has them all.
    private const int MostProblems = 20;

    public static void Write(TextWriter output, AgentStatus status)
    {
        output.WriteLine(Heading(status));
        if (status.Shares.Count == 0)
        {
            output.WriteLine(status.Role is "host"
                ? "No shares yet: 'sync-host share add NAME PATH' makes one."
                : "Nothing joined yet: 'sync-guest join TOKEN DIR' binds a directory.");
            return;
        }

        output.WriteLine();
        var table = new TextTable("SHARE", "STATE", "FILES", "SIZE", "OUT", "IN", "DIRECTION", "CONFLICTS", "PROBLEMS", "PATH");
        foreach (var share in status.Shares)
        {
            table.Add(
                Name(share),
                share.State,
                Printable.Count(share.Files),
                Printable.Bytes(share.Bytes),
                Printable.Count(share.PendingOut),
                Pending(share),
                share.Direction,
                Printable.Count(share.Conflicts),
                Printable.Count(share.ProblemCount),
                share.Path);
        }

        table.Write(output);
        WriteReasons(output, status);
        WriteGuests(output, status);
        WriteProblems(output, status);
    }

    /// <summary>One line about the agent itself.</summary>
    public static string Heading(AgentStatus status)
    {
        var listen = status.Listen.Length > 0 ? " · listening on " + status.Listen : "";
        return Printable.Text(string.Create(
            CultureInfo.InvariantCulture, $"sync-{status.Role} {status.Version} · {status.Name}{listen} · process {status.ProcessId} · {status.DataDirectory}"));
    }

    /// <summary>A share's name, with the part of it that is held.</summary>
    public static string Name(ReplicaInfo share) => share.SubPath.Length == 0 ? share.Name : share.Name + ":" + share.SubPath;

    /// <summary>What waits to be received.</summary>
    public static string Pending(ReplicaInfo share) => share.PendingInBytes == 0
        ? Printable.Count(share.PendingIn)
        : $"{Printable.Count(share.PendingIn)} ({Printable.Bytes(share.PendingInBytes)})";

    private static void WriteReasons(TextWriter output, AgentStatus status)
    {
        foreach (var share in status.Shares)
        {
            if (share.Reason.Length > 0)
                output.WriteLine($"{Printable.Text(Name(share))}: {Printable.Text(share.Reason)}");
        }
    }

    private static void WriteGuests(TextWriter output, AgentStatus status)
    {
        if (!status.Shares.Any(share => share.Guests.Count > 0))
            return;
        output.WriteLine();
        var table = new TextTable("GUEST", "SHARE", "CONNECTED", "WAITING", "FINGERPRINT");
        foreach (var share in status.Shares)
        {
            foreach (var guest in share.Guests)
            {
                // Of one that is away nothing is known.
                var waiting = !guest.Connected ? "-" : guest.PendingEntries == 0 ? "0" : $"{Printable.Count(guest.PendingEntries)} ({Printable.Bytes(guest.PendingBytes)})";
                table.Add(guest.Name, share.Name, guest.Connected ? "yes" : "no", waiting, guest.Fingerprint.Length > 16 ? guest.Fingerprint[..16] : guest.Fingerprint);
            }
        }

        table.Write(output);
    }

    private static void WriteProblems(TextWriter output, AgentStatus status)
    {
        foreach (var share in status.Shares)
        {
            foreach (var problem in share.Problems.Take(MostProblems))
                output.WriteLine(ProblemText.Line(StatusText.Name(share), problem));
            if (share.ProblemCount > MostProblems)
                output.WriteLine($"{Printable.Text(Name(share))}: {Printable.Count(share.ProblemCount - MostProblems)} more problems; --json lists up to 1,000");
        }
    }
}
