using Grpc.Core;
using Spectre.Console;
using Spectre.Console.Rendering;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Progress;

namespace Sync.Shared.Commands;

/// <summary><c>status --watch</c> on a terminal: drawn over itself at each change, and once a second, so that rates fall and a resized window is filled anew.</summary>
internal static class StatusScreen
{
    private const int MostGuests = 12;
    private const int MostProblems = 8;

    // Below it a table of every column would wrap in each cell.
    private const int Wide = 110;
    private static readonly string[] WideColumns = ["share", "state", "out", "in", "sending", "receiving", "left", "files", "size", "conflicts", "problems", "path"];
    private static readonly string[] NarrowColumns = ["share", "state", "waiting", "rate", "left"];
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromSeconds(1);

    public static async Task ShowAsync(IAsyncStreamReader<AgentStatus> statuses, CancellationToken cancel)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            ColorSystem = Terminal.HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        var rates = new ShareRates();
        var begun = TimeProvider.System.GetTimestamp();
        await console.Live(new Spectre.Console.Text("waiting for the agent")).AutoClear(enabled: false).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            var next = statuses.MoveNext(cancel);
            AgentStatus? status = null;
            while (true)
            {
                await Task.WhenAny(next, Task.Delay(BetweenDrawings, cancel));
                if (next.IsCompleted)
                {
                    if (!await next)
                        return;
                    status = statuses.Current;
                    next = statuses.MoveNext(cancel);
                }

                cancel.ThrowIfCancellationRequested();
                if (status is null)
                    continue;
                rates.Look(status, TimeProvider.System.GetElapsedTime(begun));
                live.UpdateTarget(Draw(status, rates, Terminal.Width));
                live.Refresh();
            }
        });
    }

    /// <summary>The picture of one status.</summary>
    /// <param name="status">It.</param>
    /// <param name="rates">From those before it.</param>
    /// <param name="width">The terminal's, in columns.</param>
    public static IRenderable Draw(AgentStatus status, ShareRates rates, int width)
    {
        var rows = new List<IRenderable> { Cell(StatusText.Heading(status)), Shares(status, rates, width) };
        foreach (var share in status.Shares.Where(s => s.Reason.Length > 0))
            rows.Add(Cell(StatusText.Name(share) + ": " + share.Reason));
        if (status.Shares.Any(s => s.Guests.Count > 0))
            rows.Add(Guests(status));
        rows.AddRange(Problems(status));
        return new Rows(rows);
    }

    private static Table Shares(AgentStatus status, ShareRates rates, int width)
    {
        var wide = width >= Wide;
        var table = new Table().RoundedBorder();
        foreach (var name in wide ? WideColumns : NarrowColumns)
            table.AddColumn(name is "share" or "path" ? new TableColumn(name) : new TableColumn(name).NoWrap());
        foreach (var share in status.Shares)
        {
            var rate = rates.Of(share);
            IRenderable name = Cell(StatusText.Name(share)), state = new Markup(Markup.Escape(share.State), Colour(share.State));
            var left = Cell(ProgressText.Left(rate.Left).Replace(" left", "", StringComparison.Ordinal));
            if (!wide)
            {
                var waiting = Printable.Count(share.PendingOut + share.PendingIn) + (share.PendingInBytes > 0 ? $" ({Printable.Bytes(share.PendingInBytes)})" : "");
                table.AddRow(name, state, Cell(waiting), Cell(ProgressText.Rate(rate.Up + rate.Down)), left);
                continue;
            }

            table.AddRow(
                name,
                state,
                Cell(Printable.Count(share.PendingOut)),
                Cell(StatusText.Pending(share)),
                Cell(ProgressText.Rate(rate.Up)),
                Cell(ProgressText.Rate(rate.Down)),
                left,
                Cell(Printable.Count(share.Files)),
                Cell(Printable.Bytes(share.Bytes)),
                Cell(Printable.Count(share.Conflicts)),
                Cell(Printable.Count(share.ProblemCount)),
                Cell(share.Path));
        }

        return table;
    }

    /// <summary>Those that have something to do first, then those that are connected.</summary>
    private static Table Guests(AgentStatus status)
    {
        var all = status.Shares.SelectMany(s => s.Guests.Select(g => (Share: s, Guest: g)))
            .OrderByDescending(x => x.Guest.PendingBytes).ThenByDescending(x => x.Guest.PendingEntries).ThenByDescending(x => x.Guest.Connected).ThenBy(x => x.Guest.Name, StringComparer.Ordinal).ToList();
        var table = new Table().RoundedBorder().AddColumns("guest", "share", "link", "behind", "problems");
        foreach (var (share, guest) in all.Take(MostGuests))
        {
            table.AddRow(
                Cell(guest.Name),
                Cell(StatusText.Name(share)),
                guest.Connected ? new Markup("connected", new Style(Color.Green)) : new Markup("away", new Style(Color.Yellow)),
                Cell(!guest.Connected ? "-" : guest.PendingEntries == 0 ? "0" : $"{Printable.Count(guest.PendingEntries)} ({Printable.Bytes(guest.PendingBytes)})"),
                Cell(Printable.Count(guest.Problems.Count)));
        }

        return all.Count > MostGuests ? table.Caption(FormattableString.Invariant($"{all.Count - MostGuests} more; {all.Count(x => x.Guest.Connected)} of {all.Count} connected")) : table;
    }

    private static IEnumerable<IRenderable> Problems(AgentStatus status)
    {
        var all = status.Shares.SelectMany(s => s.Problems.Select(p => ProblemText.Line(StatusText.Name(s), p))).ToList();
        foreach (var line in all.Take(MostProblems))
            yield return new Spectre.Console.Text(line, new Style(Color.Yellow));
        var count = status.Shares.Sum(s => (long)s.ProblemCount);
        if (count > MostProblems)
            yield return Cell($"{Printable.Count(count - MostProblems)} more problems; see 'status'");
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
