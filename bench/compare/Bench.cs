using System.ComponentModel;
using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>What every work needs: contenders made, their work timed, trees compared afterwards.</summary>
internal sealed class Bench(Options options, Scratch scratch, SshServer? ssh, string programs, Results results)
{
    public Options Options => options;

    public Scratch Scratch => scratch;

    public Results Results => results;

    /// <summary>Whether this tool is asked for and there.</summary>
    public bool Has(string tool) => tool switch
    {
        Tool.Sync => true,
        Tool.RsyncCompressed => Has(Tool.Rsync),
        Tool.Rsync => options.With.Contains(tool) && Command.Find("rsync") is not null && ssh is not null,
        Tool.Unison or Tool.Lsyncd => options.With.Contains(tool) && Command.Find(tool) is not null && ssh is not null,
        _ => options.With.Contains(tool) && Command.Find(tool) is not null,
    };

    /// <summary>A tool, ready to begin.</summary>
    /// <param name="tool">Which.</param>
    /// <param name="source">Its source, which is there.</param>
    /// <param name="counted">Whether it passes through the proxy.</param>
    /// <param name="shape">The link that the proxy pretends.</param>
    public Contender Create(string tool, string source, bool counted, LinkShape? shape = null)
    {
        var target = scratch.NewDirectory(tool.Replace(" ", "", StringComparison.Ordinal) + "-target");
        var hostPort = Loopback.FreePort();
        var proxy = counted ? new CountingProxy(tool is Tool.Sync or Tool.Syncthing ? hostPort : ssh!.Port, shape) : null;
        return tool switch
        {
            Tool.Sync => new SyncContender(programs, scratch.NewDirectory("sync-data"), source, target, hostPort, proxy),
            Tool.Rsync or Tool.RsyncCompressed => new RsyncContender(ssh!, source, target, tool is Tool.RsyncCompressed, proxy),
            Tool.Unison => new UnisonContender(ssh!, scratch.NewDirectory("unison-data"), source, target),
            Tool.Syncthing => new SyncthingContender(scratch.NewDirectory("syncthing-data"), source, target),
            Tool.Lsyncd => new LsyncdContender(ssh!, scratch.NewDirectory("lsyncd-data"), source, target),
            _ => throw new ArgumentOutOfRangeException(nameof(tool), tool, "no such tool"),
        };
    }

    /// <summary>Does one piece of work, and adds what came out.</summary>
    /// <returns>Whether the next one can build on it.</returns>
    public async Task<bool> MeasureAsync(Work work, Contender contender, Func<Task<Timing>> action, string variant = "")
    {
        var sample = new Sample(work, contender.Name) { Variant = variant };
        try
        {
            _ = contender.Proxy?.Take();
            var timing = await action();
            var wire = contender.Proxy?.Take();
            var memory = contender.Memory;
            // The last file is there before lsyncd's rsync has ended.
            if (contender is LsyncdContender)
                await Task.Delay(TimeSpan.FromSeconds(2));
            var finding = TreeComparison.Compare(contender.Source, contender.Target);
            var timed = contender.Proxy is null || variant.Length > 0;
            sample = sample with
            {
                Seconds = timed ? timing.Time.TotalSeconds : null,
                DurableSeconds = timed ? timing.Durable.TotalSeconds : null,
                Wire = wire?.Total,
                Memory = memory,
                Finding = finding.ToString(),
                Failed = !finding.Same || (finding.CutShort > 0 && contender is SyncContender or RsyncContender),
            };
            Progress.Say($"{work,-9} {contender.Name,-9} {variant} {timing.Time.TotalSeconds,7:0.00} s{(timing.Durable > timing.Time ? $", with syncfs {timing.Durable.TotalSeconds:0.00} s" : "")}"
                + $"{(wire is { } bytes ? $", {bytes.Total / 1e6:0.000} MB on the wire ({bytes.Up / 1e6:0.000} up)" : "")}; {finding}");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or Win32Exception or TimeoutException)
        {
            Progress.Say($"{work} {contender.Name} failed: {e.Message}");
            sample = sample with { Finding = $"failed ({e.GetType().Name})", Failed = true };
        }

        results.Samples.Add(sample);
        return !sample.Failed;
    }

    /// <summary>A copy of a tree, on disk before this returns.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> CopyAsync(string from, string to)
    {
        var begun = Stopwatch.GetTimestamp();
        _ = await Command.RunAsync("cp", "-a", "--reflink=never", from, to);
        DiskCalls.SyncFileSystem(Path.GetDirectoryName(to)!);
        return Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>Adds a floor; the lowest of several measurements holds.</summary>
    public void AddFloor(Floor floor)
    {
        var index = results.Floors.FindIndex(f => f.Work == floor.Work);
        if (index < 0)
            results.Floors.Add(floor);
        else if (floor.Seconds < results.Floors[index].Seconds)
            results.Floors[index] = floor;
    }
}
