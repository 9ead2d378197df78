namespace Sync.Bench.Compare;

/// <summary>Links that are slower than the compressor, pretended by the proxy: small source trees, sent for the first time, then replaced by another version.</summary>
internal sealed class SlowRuns(Bench bench, KernelSources sources)
{
    private static readonly LinkShape[] Shapes =
    [
        new(100, TimeSpan.FromMilliseconds(20)),
        new(100, TimeSpan.FromMilliseconds(1)),
        new(100, TimeSpan.FromMilliseconds(100)),
        new(10, TimeSpan.FromMilliseconds(1)),
        new(10, TimeSpan.FromMilliseconds(100)),
    ];

    public async Task RunAsync()
    {
        if (!bench.Options.Includes(Work.Slow))
            return;
        var (first, second) = await sources.SmallAsync();
        foreach (var shape in bench.Options.Quick ? Shapes[..1] : Shapes)
        {
            foreach (var tool in ((string[])[Tool.Sync, Tool.Rsync, Tool.RsyncCompressed]).Where(bench.Has))
                await ChainAsync(tool, first, second, shape);
        }
    }

    private async Task ChainAsync(string tool, string first, string second, LinkShape shape)
    {
        await using var contender = bench.Create(tool, bench.Scratch.NewDirectory("slow-source"), counted: true, shape);
        if (contender.Live)
        {
            // Pairing is done once in a life; it is not what a slow link is measured for.
            contender.Proxy!.Open = true;
            _ = await contender.FirstAsync();
            contender.Proxy.Open = false;
        }

        foreach (var (tree, what) in ((string, string)[])[(first, $"{KernelSources.SmallFiles:N0} source files, first"), (second, "another version of them")])
        {
            var own = tree;
            if (contender.Live)
            {
                own = bench.Scratch.NewPath("slow-tree");
                await Bench.CopyAsync(tree, own);
            }

            if (!await bench.MeasureAsync(Work.Slow, contender, () => contender.ReplacedAsync(own), $"{shape}: {what}"))
                return;
        }
    }
}
