using System.ComponentModel;

namespace Sync.Bench.Compare;

/// <summary>The whole of it: what is needed, the works in turn, the report.</summary>
internal static class Comparison
{
    /// <returns>The exit code: 1 if some work failed or left trees that differ.</returns>
    public static async Task<int> RunAsync(Options options)
    {
        await DebianPackages.InstallAsync(Needed(options));
        var programs = SourceTree.Find();
        Progress.Say(Report.Agents(programs));
        using var scratch = new Scratch(options);
        await scratch.SettleAsync();
        await using var ssh = options.With.Overlaps([Tool.Rsync, Tool.Unison, Tool.Lsyncd]) && File.Exists("/usr/sbin/sshd") ? await SshServer.StartAsync(scratch.NewDirectory("ssh")) : null;
        var results = new Results { Load = Machine.Load() };
        var bench = new Bench(options, scratch, ssh, programs, results);
        var sources = new KernelSources(options, scratch.Cache);
        foreach (var tool in options.With.Where(t => !bench.Has(t)))
            results.Samples.Add(new Sample(tool is Tool.Lsyncd ? Work.Burst : Work.First, tool) { Failed = true, Finding = "not available" });
        var complete = true;
        foreach (var (name, runs) in ((string, Func<Task>)[])
            [("tree", new TreeRuns(bench, sources).RunAsync), ("file", new FileRuns(bench, sources).RunAsync), ("burst", new BurstRuns(bench).RunAsync), ("slow", new SlowRuns(bench, sources).RunAsync)])
        {
            try
            {
                await runs();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or Win32Exception or TimeoutException)
            {
                // What the others measure is worth as much as before.
                Progress.Say(e.ToString());
                results.Notes["ended-" + name] = $"The {name} works ended early ({e.GetType().Name}); the output of the run says why";
                complete = false;
            }
        }

        await Report.WriteAsync(options, results, programs);
        return complete && !results.Samples.Any(s => s.IsWrong) ? 0 : 1;
    }

    private static Dictionary<string, string> Needed(Options options)
    {
        var needed = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.Includes(Work.First, Work.Unchanged, Work.Save, Work.Replaced, Work.Tar, Work.Slow))
            needed[KernelSources.Package] = KernelSources.Archive;
        if (options.Includes(Work.Tar))
            needed["xdelta3"] = "/usr/bin/xdelta3";
        if (options.With.Overlaps([Tool.Rsync, Tool.Unison, Tool.Lsyncd]))
        {
            needed["rsync"] = "/usr/bin/rsync";
            needed["openssh-server"] = "/usr/sbin/sshd";
        }

        foreach (var tool in options.With.Where(t => t is not Tool.Rsync))
            needed[tool] = "/usr/bin/" + tool;
        return needed;
    }
}
