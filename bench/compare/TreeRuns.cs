using System.Diagnostics;
using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>A source tree's first sync, and what happens to it then: each run is one chain on directories of its own.</summary>
internal sealed class TreeRuns(Bench bench, KernelSources sources)
{
    private static readonly Work[] Works = [Work.First, Work.Unchanged, Work.Save, Work.Replaced];
    private long _room;

    public async Task RunAsync()
    {
        if (!bench.Options.Includes(Works))
            return;
        var first = await sources.FirstAsync();
        var second = bench.Options.Includes(Work.Replaced) ? await sources.SecondAsync() : null;
        bench.Results.Notes["replaced"] = sources.SecondDescription;
        var tree = TreeComparison.Walk(first);
        var bytes = tree.Values.Where(s => s.IsFile).Sum(s => (long)s.Size);
        bench.Results.Notes["tree"] = string.Create(CultureInfo.InvariantCulture, $"{tree.Values.Count(s => !s.IsDirectory):N0} files, {bytes / 1e6:N0} MB");
        // Blocks are larger than bytes; old, new, and what the target keeps of the old.
        _room = bytes * 5 / 4 * (second is null ? 2 : 5);
        for (var run = 0; run <= bench.Options.Runs; run++)
        {
            var counted = run == bench.Options.Runs;
            foreach (var tool in Tools(run, counted))
                await ChainAsync(tool, first, second, counted);
        }
    }

    private IEnumerable<string> Tools(int run, bool counted)
    {
        string[] tools = run is 0 ? [Tool.Sync, Tool.Rsync, Tool.RsyncCompressed, Tool.Unison, Tool.Syncthing]
            : counted ? [Tool.Sync, Tool.Rsync, Tool.RsyncCompressed]
            : [Tool.Sync, Tool.Rsync];
        // Compressed, rsync is slower on loopback: with one run there is time for its bytes only.
        return tools.Where(t => bench.Has(t) && !(bench.Options.Quick && !counted && t is Tool.RsyncCompressed));
    }

    private async Task ChainAsync(string tool, string first, string? second, bool counted)
    {
        if (!bench.Scratch.HasRoom(_room))
        {
            bench.Results.Notes["room"] = "Some runs were left out for lack of disk space";
            Progress.Say($"{tool}: left out, {_room / 1e9:0} GB of free space are needed");
            return;
        }

        // A tree that was written just now is slower to read, and to write beside, than one of long ago: the same for every tool.
        var source = bench.Scratch.NewPath(tool.Replace(" ", "", StringComparison.Ordinal) + "-source");
        var copy = await Bench.CopyAsync(first, source);
        bench.AddFloor(new Floor(Work.First, copy.TotalSeconds, null, "`cp -a`, then `syncfs`"));

        await using var contender = bench.Create(tool, source, counted);
        if (!await bench.MeasureAsync(Work.First, contender, contender.FirstAsync))
            return;
        if (bench.Options.Includes(Work.Unchanged) && tool is not Tool.RsyncCompressed)
        {
            var begun = Stopwatch.GetTimestamp();
            _ = TreeComparison.Walk(source);
            _ = TreeComparison.Walk(contender.Target);
            bench.AddFloor(new Floor(Work.Unchanged, Stopwatch.GetElapsedTime(begun).TotalSeconds, null, "a `stat` of every entry on both sides"));
            if (!await bench.MeasureAsync(Work.Unchanged, contender, contender.AgainAsync))
                return;
        }

        if (bench.Options.Includes(Work.Save) && contender is SyncContender && !counted)
            await SavesAsync(contender);
        if (second is not null && tool is not (Tool.Unison or Tool.Syncthing))
            await ReplaceAsync(contender, second);
    }

    private async Task SavesAsync(Contender contender)
    {
        var saves = await SaveProbe.MeasureAsync(contender.Source, contender.Target, "saved.c", bench.Options.Saves, () => true);
        var sorted = saves.Select(s => s.TotalSeconds).Order().ToArray();
        foreach (var (variant, part) in ((string, double)[])[("p50", 0.5), ("p99", 0.99)])
            bench.Results.Samples.Add(new Sample(Work.Save, contender.Name) { Variant = variant, Seconds = sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)] });
        Progress.Say($"{Work.Save,-9} {contender.Name,-9} p50 {bench.Results.Seconds(Work.Save, contender.Name, "p50") * 1e3:0.0} ms, p99 {bench.Results.Seconds(Work.Save, contender.Name, "p99") * 1e3:0.0} ms");
    }

    private async Task ReplaceAsync(Contender contender, string second)
    {
        var tree = bench.Scratch.NewPath("second");
        var copy = await Bench.CopyAsync(second, tree);
        bench.AddFloor(new Floor(Work.Replaced, copy.TotalSeconds, null, "`cp -a` of the new tree, then `syncfs`"));
        _ = await bench.MeasureAsync(Work.Replaced, contender, () => contender.ReplacedAsync(tree));
    }
}
