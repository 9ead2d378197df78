namespace Sync.Bench.Compare;

/// <summary>Edits of one large file. The edit is ready beside the source, or done in place, so that the clock starts when it has just ended.</summary>
internal sealed class FileRuns(Bench bench, KernelSources sources)
{
    private const string Name = "large.bin";

    public async Task RunAsync()
    {
        if (bench.Options.Includes(Work.Pages, Work.Insert, Work.Append))
        {
            var file = Make(bench.Options.EditedBytes, variant: 1);
            await EachAsync(Work.Pages, bench.Options.EditedBytes * 6, async (contender, beside) =>
            {
                File.Copy(file, Path.Combine(contender.Source, Name));
                DiskCalls.SyncFileSystem(contender.Source);
                _ = await contender.FirstAsync();
                return await PagesAsync(contender) && await InsertAsync(contender, beside) && await AppendAsync(contender);
            });
        }

        if (bench.Options.Includes(Work.Tar))
        {
            var (earlier, later) = await sources.TarsAsync();
            bench.Results.Notes["tar"] = sources.TarDescription;
            await TarFloorAsync(earlier, later);
            await EachAsync(Work.Tar, new FileInfo(later).Length * 5, (contender, beside) => TarAsync(contender, beside, earlier, later));
        }

        if (bench.Options.Includes(Work.Random))
        {
            var file = Make(bench.Options.RandomBytes, variant: 2);
            await EachAsync(Work.Random, bench.Options.RandomBytes * 3, (contender, beside) => RandomAsync(contender, beside, file));
            var copy = Path.Combine(bench.Scratch.NewDirectory("pipe"), Name);
            var pipe = await TlsPipe.CopyAsync(file, copy);
            Progress.Say($"{Work.Random,-9} pipe      {pipe.TotalSeconds,7:0.00} s");
            bench.AddFloor(new Floor(Work.Random, pipe.TotalSeconds, bench.Options.RandomBytes, "`SslStream`, SHA-256 on both sides, write, `fsync`"));
        }
    }

    private string Make(long length, int variant)
    {
        var path = Path.Combine(bench.Scratch.NewDirectory("file"), Name);
        GeneratedFiles.Bulk(path, length, variant);
        return path;
    }

    private async Task EachAsync(Work kind, long room, Func<Contender, string, Task<bool>> work)
    {
        // Random bytes are sent as they are; a quick run need not see that.
        var last = bench.Options.Quick && kind is Work.Random ? bench.Options.Runs - 1 : bench.Options.Runs;
        for (var run = 0; run <= last; run++)
        {
            var counted = run == bench.Options.Runs;
            var compressed = bench.Options.Quick ? counted && kind is Work.Tar : counted || run is 0;
            string[] tools = compressed ? [Tool.Sync, Tool.Rsync, Tool.RsyncCompressed] : [Tool.Sync, Tool.Rsync];
            foreach (var tool in tools.Where(bench.Has))
            {
                if (!bench.Scratch.HasRoom(room))
                {
                    bench.Results.Notes["room"] = "Some runs were left out for lack of disk space";
                    continue;
                }

                var beside = bench.Scratch.NewDirectory("beside");
                var contender = bench.Create(tool, bench.Scratch.NewDirectory("source"), counted);
                await using (contender)
                    _ = await work(contender, beside);
                // A handful of files: unlike a tree's, their deletion costs those after them nothing.
                foreach (var directory in (string[])[beside, contender.Source, contender.Target])
                    bench.Scratch.DropFiles(directory);
                DiskCalls.SyncFileSystem(bench.Scratch.Cache);
            }
        }
    }

    private async Task<bool> PagesAsync(Contender contender)
    {
        if (!bench.Options.Includes(Work.Pages))
            return true;
        bench.AddFloor(new Floor(Work.Pages, null, Edits.Pages * Edits.PageBytes, "the pages"));
        Edits.RewritePages(Path.Combine(contender.Source, Name));
        return await bench.MeasureAsync(Work.Pages, contender, contender.ChangedAsync);
    }

    private async Task<bool> InsertAsync(Contender contender, string beside)
    {
        if (!bench.Options.Includes(Work.Insert))
            return true;
        bench.AddFloor(new Floor(Work.Insert, null, Edits.InsertedBytes, "the bytes"));
        var file = Path.Combine(contender.Source, Name);
        var edited = Path.Combine(beside, "inserted");
        Edits.InsertAtFront(file, edited);
        DiskCalls.SyncFileSystem(beside);
        DiskCalls.Swap(edited, file);
        return await bench.MeasureAsync(Work.Insert, contender, contender.ChangedAsync);
    }

    private async Task<bool> AppendAsync(Contender contender)
    {
        if (!bench.Options.Includes(Work.Append))
            return true;
        bench.AddFloor(new Floor(Work.Append, null, Edits.AppendedBytes, "the bytes"));
        Edits.Append(Path.Combine(contender.Source, Name));
        return await bench.MeasureAsync(Work.Append, contender, contender.ChangedAsync);
    }

    private async Task<bool> TarAsync(Contender contender, string beside, string earlier, string later)
    {
        var file = Path.Combine(contender.Source, "linux.tar");
        var next = Path.Combine(beside, "linux.tar");
        File.Copy(earlier, file);
        File.Copy(later, next);
        DiskCalls.SyncFileSystem(beside);
        _ = await contender.FirstAsync();
        // As a copy made now has it; a tool that goes by size and mtime is to see the change.
        File.SetLastWriteTimeUtc(next, DateTime.UtcNow);
        DiskCalls.Swap(next, file);
        return await bench.MeasureAsync(Work.Tar, contender, contender.ChangedAsync);
    }

    private async Task<bool> RandomAsync(Contender contender, string beside, string file)
    {
        var ready = Path.Combine(beside, Name);
        File.Copy(file, ready);
        DiskCalls.SyncFileSystem(beside);
        _ = await contender.FirstAsync();
        File.Move(ready, Path.Combine(contender.Source, Name));
        return await bench.MeasureAsync(Work.Random, contender, contender.ChangedAsync);
    }

    private async Task TarFloorAsync(string earlier, string later)
    {
        if (Command.Find("xdelta3") is null)
            return;
        var delta = Path.Combine(bench.Scratch.NewDirectory("xdelta"), "delta");
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        _ = await Command.RunAsync("xdelta3", "-e", "-B", "2147483647", "-s", earlier, later, delta);
        bench.AddFloor(new Floor(Work.Tar, System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds, new FileInfo(delta).Length, "xdelta3 with both files at hand"));
    }
}
