using Grpc.Core;
using Spectre.Console;
using Spectre.Console.Rendering;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary><c>status --watch</c> on a terminal: a table that is drawn over itself.</summary>
internal static class StatusScreen
{
    public static async Task ShowAsync(IAsyncStreamReader<AgentStatus> statuses, CancellationToken cancel)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            ColorSystem = Terminal.HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        await console.Live(new Spectre.Console.Text("waiting for the agent")).AutoClear(enabled: false).StartAsync(async live =>
        {
            while (await statuses.MoveNext(cancel))
            {
                live.UpdateTarget(Draw(statuses.Current));
                live.Refresh();
            }
        });
    }

    /// <summary>The picture of one status.</summary>
    public static IRenderable Draw(AgentStatus status)
    {
        var table = new Table().RoundedBorder().AddColumns("share", "state", "files", "size", "out", "in", "sent", "received", "conflicts", "problems", "path");
        foreach (var share in status.Shares)
        {
            table.AddRow(
                Cell(StatusText.Name(share)),
                new Markup(Markup.Escape(share.State), Colour(share.State)),
                Cell(Printable.Count(share.Files)),
                Cell(Printable.Bytes(share.Bytes)),
                Cell(Printable.Count(share.PendingOut)),
                Cell(StatusText.Pending(share)),
                Cell(Printable.Bytes(share.BytesSent)),
                Cell(Printable.Bytes(share.BytesReceived)),
                Cell(Printable.Count(share.Conflicts)),
                Cell(Printable.Count(share.ProblemCount)),
                Cell(share.Path));
        }

        var rows = new List<IRenderable> { Cell(StatusText.Heading(status)), table };
        foreach (var share in status.Shares)
        {
            if (share.Reason.Length > 0)
                rows.Add(Cell(StatusText.Name(share) + ": " + share.Reason));
            foreach (var guest in share.Guests)
                rows.Add(Cell($"  {StatusText.Name(share)} → {guest.Name}: {(guest.Connected ? "connected" : "away")}, {Printable.Count(guest.PendingEntries)} waiting"));
        }

        return new Rows(rows);
    }

    // Plain text, never markup: names are others' choice.
    private static Spectre.Console.Text Cell(string value) => new(Printable.Text(value));

    private static Style Colour(string state) => state switch
    {
        "in-sync" => new Style(Color.Green),
        "halted" or "refused" => new Style(Color.Red),
        "syncing" or "scanning" => new Style(Color.Blue),
        _ => new Style(Color.Yellow),
    };
}
