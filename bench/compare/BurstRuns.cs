using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>A thousand small files are made in a directory that is in sync: the clock runs from the first one's making until all are there.</summary>
internal sealed class BurstRuns(Bench bench)
{
    private const int FilesBefore = 1_000;
    private const string Folder = "burst";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public async Task RunAsync()
    {
        if (!bench.Options.Includes(Work.Burst))
            return;
        for (var run = 0; run <= bench.Options.Runs; run++)
        {
            var counted = run == bench.Options.Runs;
            foreach (var tool in ((string[])[Tool.Sync, Tool.Rsync, counted ? Tool.RsyncCompressed : Tool.Lsyncd]).Where(bench.Has))
            {
                var source = bench.Scratch.NewDirectory("burst-source");
                GeneratedFiles.Tree(source, FilesBefore);
                await using var contender = bench.Create(tool, source, counted);
                try
                {
                    _ = await contender.FirstAsync();
                }
                catch (TimeoutException e)
                {
                    Progress.Say(e.Message);
                    bench.Results.Samples.Add(new Sample(Work.Burst, tool) { Failed = true, Finding = "did not get in sync" });
                    continue;
                }

                DiskCalls.SyncFileSystem(source);
                await bench.MeasureAsync(Work.Burst, contender, () => BurstAsync(contender));
            }
        }
    }

    private static async Task<Timing> BurstAsync(Contender contender)
    {
        var begun = Stopwatch.GetTimestamp();
        Edits.Burst(Path.Combine(contender.Source, Folder));
        if (!contender.Live)
        {
            var made = Stopwatch.GetElapsedTime(begun);
            var timing = await contender.ChangedAsync();
            return new Timing(made + timing.Time, made + timing.Durable);
        }

        var target = Path.Combine(contender.Target, Folder);
        while (!AllThere(target))
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
                throw new TimeoutException($"{contender.Name} did not bring {Edits.BurstFiles} files across in {Patience.TotalSeconds} s");
            Thread.Sleep(1);
        }

        var time = Stopwatch.GetElapsedTime(begun);
        return new Timing(time, time);
    }

    private static bool AllThere(string folder)
    {
        if (!Directory.Exists(folder))
            return false;
        var there = 0;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("b*"))
        {
            if (file.Length == SaveProbe.SaveBytes)
                there++;
        }

        return there is Edits.BurstFiles;
    }
}
