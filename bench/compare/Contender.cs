namespace Sync.Bench.Compare;

/// <summary>A tool at work on a source and a target directory that are its own.</summary>
internal abstract class Contender(string name, string source, string target) : IAsyncDisposable
{
    public string Name { get; } = name;

    public string Source { get; protected set; } = source;

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

    /// <summary>Puts another tree in the source's place. Who does not watch the source reads that tree from now on.</summary>
    /// <param name="tree">The tree; a live tool gets a copy that is its own to move.</param>
    public virtual void ReplaceSource(string tree) => Source = tree;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
            await Proxy.DisposeAsync();
    }
}
