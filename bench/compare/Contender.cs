using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>A tool at work on a source and a target directory that are its own.</summary>
internal abstract class Contender(string name, string source, string target) : IAsyncDisposable
{
    public string Name { get; } = name;

    public string Source { get; } = source;

    public string Target { get; } = target;

    /// <summary>What it passes through; null where it is timed.</summary>
    public CountingProxy? Proxy { get; protected init; }

    /// <summary>Whether it brings an edit across by itself.</summary>
    public virtual bool Live => false;

    /// <summary>Memory, as of now or of the last piece of work.</summary>
    public virtual Footprint? Memory => null;

    /// <summary>From nothing running to all of the source in the target.</summary>
    public abstract Task<Timing> FirstAsync();

    /// <summary>The same again, with nothing changed.</summary>
    public abstract Task<Timing> AgainAsync();

    /// <summary>After an edit of the source that has just ended.</summary>
    public abstract Task<Timing> ChangedAsync();

    /// <summary>Another tree takes the source's place: its files are exchanged in, which counts; a live tool is at work meanwhile.</summary>
    /// <param name="tree">The tree, this contender's own to move.</param>
    public async Task<Timing> ReplacedAsync(string tree)
    {
        var swap = new TreeSwap(tree, Source);
        var begun = Stopwatch.GetTimestamp();
        swap.Run();
        var replaced = Stopwatch.GetElapsedTime(begun);
        var timing = await ChangedAsync();
        return new Timing(replaced + timing.Time, replaced + timing.Durable);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
            await Proxy.DisposeAsync();
    }
}
