using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Host.Demo;

/// <summary>What the demo does, step by step, on real processes and files; each step leaves a row for the table.</summary>
internal sealed class Demonstration(IAnsiConsole console, DemoAgent host, DemoAgent alpha, DemoAgent beta, CancellationToken cancel)
{
    private const int Saves = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly List<(string Step, string Result)> _rows = [];
    private readonly List<string> _unexpected = [];

    private DemoAgent[] Guests => [alpha, beta];

    public async Task RunAsync(int files, long bytes)
    {
        await StepAsync("First sync to two guests", () => FirstSyncAsync(files, bytes));
        await StepAsync("Saved on the host → guest", async () => (await Latencies.MeasureAsync(host.Directory, alpha.Directory, "demo/host.txt", Saves, cancel)).ToString());
        await StepAsync("Saved in the guest → host", async () => (await Latencies.MeasureAsync(alpha.Directory, host.Directory, "demo/guest.txt", Saves, cancel)).ToString());
        await StepAsync("Saved in a guest → other guest", async () => (await Latencies.MeasureAsync(alpha.Directory, beta.Directory, "demo/both.txt", Saves, cancel)).ToString());
        await StepAsync("Largest directory moved", MoveAsync);
        await StepAsync("Same file edited on both sides", ConflictAsync);
        await StepAsync("Edited while a guest was off", OfflineAsync);
        await StepAsync("All three trees compared", CompareAsync);
        // A file that only one side had edited must not end as a conflict; if it did, the demo says so rather than look better than it is.
        if (_unexpected.Count > 0)
            await StepAsync("Conflicts that nobody made", () => Task.FromResult(string.Join(", ", _unexpected)));
        Show();
    }

    private async Task StepAsync(string name, Func<Task<string>> step)
    {
        console.MarkupLineInterpolated($"[bold]{name}[/]");
        var result = await step();
        console.WriteLine("  " + result);
        _rows.Add((name, result));
    }

    private async Task<string> FirstSyncAsync(int files, long bytes)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var guest in Guests)
            await guest.StartAsync(cancel);
        await console.Progress().AutoClear(enabled: true).StartAsync(async progress =>
        {
            await Task.WhenAll(Guests.Select(guest => FollowAsync(guest, progress.AddTask(guest.Name, maxValue: bytes), bytes)));
        });
        var took = Stopwatch.GetElapsedTime(started);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Printable.Count(files)} files, {Printable.Bytes(bytes)} to each of 2 guests in {took.TotalSeconds:0.0} s ({Printable.Bytes((long)(2 * bytes / took.TotalSeconds))}/s together)");
    }

    private async Task FollowAsync(DemoAgent guest, ProgressTask task, long bytes)
    {
        var flushing = guest.FlushAsync(Patience, cancel);
        while (await Task.WhenAny(flushing, Task.Delay(TimeSpan.FromMilliseconds(200), cancel)) != flushing)
            task.Value = Math.Min(bytes, (await guest.StatusAsync(cancel)).Bytes);
        await flushing;
        task.Value = bytes;
    }

    private async Task<string> MoveAsync()
    {
        var largest = new DirectoryInfo(host.Directory).EnumerateDirectories()
            .Where(d => d.Name is not (".sync" or "demo"))
            .Select(d => (Directory: d, Bytes: d.EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length)))
            .MaxBy(d => d.Bytes);
        var before = (await alpha.StatusAsync(cancel)).BytesReceived;
        var started = Stopwatch.GetTimestamp();
        largest.Directory.MoveTo(Path.Combine(host.Directory, "demo", "moved " + largest.Directory.Name));
        await FlushAllAsync();
        var took = Stopwatch.GetElapsedTime(started);
        var received = (await alpha.StatusAsync(cancel)).BytesReceived - before;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Printable.Bytes(largest.Bytes)} on both guests in {took.TotalMilliseconds:0} ms, {Printable.Bytes(received)} of content sent");
    }

    private async Task<string> ConflictAsync()
    {
        const string Path = "demo/conflict.txt";
        await WriteAsync(host, Path, "first\n");
        await FlushAllAsync();
        await alpha.Control.PauseAsync(new PauseRequest(), cancellationToken: cancel);
        await WriteAsync(host, Path, "the host's line\n");
        await WriteAsync(alpha, Path, "the guest's line\n");
        await host.FlushAsync(Patience, cancel);
        await alpha.Control.ResumeAsync(new ResumeRequest(), cancellationToken: cancel);
        await FlushAllAsync();
        string? copy = null;
        using var conflicts = host.Control.ListConflicts(new ConflictsRequest(), cancellationToken: cancel);
        while (await conflicts.ResponseStream.MoveNext(cancel))
        {
            if (conflicts.ResponseStream.Current.Path == Path)
                copy = conflicts.ResponseStream.Current.CopyPath;
            else
                _unexpected.Add(conflicts.ResponseStream.Current.CopyPath);
        }

        return copy is null
            ? throw new CommandFailure("two edits of one file did not end as a conflict")
            : $"both kept, the later one as {System.IO.Path.GetFileName(copy)}";
    }

    private async Task<string> OfflineAsync()
    {
        await beta.StopAsync();
        await WriteAsync(host, "demo/while beta was off.txt", "from the host\n");
        await WriteAsync(beta, "demo/edited in beta.txt", "from the guest\n");
        var started = Stopwatch.GetTimestamp();
        await beta.StartAsync(cancel);
        await FlushAllAsync();
        var took = Stopwatch.GetElapsedTime(started);
        var hashed = (await beta.StatusAsync(cancel)).FilesHashed;
        return string.Create(CultureInfo.InvariantCulture, $"both ways {took.TotalSeconds:0.00} s after its start, {Printable.Count(hashed)} of its files hashed again");
    }

    private async Task<string> CompareAsync()
    {
        foreach (var guest in Guests)
        {
            if (await Task.Run(() => DemoTree.Difference(host.Directory, guest.Directory, cancel), cancel) is { } difference)
                throw new CommandFailure($"host and {guest.Name} are not the same: {difference}");
        }

        return "identical: names, kinds, modes, times, bytes";
    }

    private async Task FlushAllAsync()
    {
        foreach (var agent in (DemoAgent[])[host, alpha, beta, alpha])
            await agent.FlushAsync(Patience, cancel);
    }

    private async Task WriteAsync(DemoAgent agent, string path, string text) =>
        await File.WriteAllTextAsync(Path.Combine(agent.Directory, path), text, cancel);

    private void Show()
    {
        var table = new Table().RoundedBorder().AddColumns("What happened", "How it went");
        foreach (var (step, result) in _rows)
            table.AddRow(new Spectre.Console.Text(step), new Spectre.Console.Text(result));
        console.Write(table);
    }
}
