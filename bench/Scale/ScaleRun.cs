namespace Sync.Bench.Scale;

/// <summary>One invocation: sizes from the smallest up, then the report.</summary>
internal static class ScaleRun
{
    // A thousand guests have two connections each, and both ends are on this machine.
    private const ulong OpenFiles = 16_384;

    /// <returns>The exit code: 1 where a file was hashed anew, or a save did not arrive.</returns>
    public static async Task<int> RunAsync(Options options, IReadOnlyList<int> sizes, IReadOnlyList<int> counts)
    {
        var root = SourceTree.Find();
        Limits.RaiseOpenFiles(OpenFiles);
        List<FileRun> files = [];
        List<GuestRun> guests = [];
        using (var place = new Workplace(options))
        {
            foreach (var size in sizes)
                files.Add(await new FileRuns(options, root, place).MeasureAsync(size));
            foreach (var count in counts)
                guests.Add(await new GuestRuns(options, root, place).MeasureAsync(count));
            await ScaleReport.WriteAsync(options, new Results { Files = files, Guests = guests }, root);
        }

        return files.Exists(f => f.Host.Hashed + f.Guest.Hashed > 0) ? 1 : 0;
    }
}
