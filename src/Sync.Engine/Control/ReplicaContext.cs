using Microsoft.Extensions.Logging;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Store;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;

namespace Sync.Engine.Control;

/// <summary>What the parts of one replica share. The trees, the reconciler and the problems belong to the loop's thread.</summary>
internal sealed class ReplicaContext
{
    public required string Share { get; init; }

    public required ControlLoop Loop { get; init; }

    /// <summary>Looks at the disk: listings, stats, small reads.</summary>
    public required WorkerPool Io { get; init; }

    /// <summary>Long reads, so that a large file does not hold up small ones.</summary>
    public required WorkerPool Bulk { get; init; }

    /// <summary>Puts things in place.</summary>
    public required WorkerPool Apply { get; init; }

    public required IFileSystem Files { get; init; }

    public required TreeSet Trees { get; init; }

    public required Reconciler Reconciler { get; init; }

    public required ProblemSet Problems { get; init; }

    public required SmallContents Small { get; init; }

    public required ManifestStore Manifests { get; init; }

    /// <summary>Contents on their way, whole or in part.</summary>
    public required StagingArea Staging { get; init; }

    /// <summary>Of files that never rest.</summary>
    public required LiveCopies LiveCopies { get; init; }

    public required TimeProvider Time { get; init; }

    public IMachine Machine { get; init; } = LocalMachine.Instance;

    public required ILogger Log { get; init; }

    public required CancellationToken Stopping { get; init; }

    /// <summary>Counts placements begun and ended, and looks begun; on the loop.</summary>
    public long PlacementClock { get; set; }

    /// <summary>The names that are being placed at; on the loop.</summary>
    public Arrivals Arrivals { get; } = new();

    /// <summary>What was put in place since the host was told last; null on the host. On the loop.</summary>
    public Landings? Landings { get; init; }

    /// <summary>Content bytes over the link since start, after delta, before compression.</summary>
    public long BytesSent;

    /// <inheritdoc cref="BytesSent"/>
    public long BytesReceived;

    /// <summary>While content moves somebody may look at how fast: called at most so often. On any thread.</summary>
    public static readonly TimeSpan MovedPace = TimeSpan.FromMilliseconds(200);

    private long _movedAt;

    /// <inheritdoc cref="MovedPace"/>
    public Action? Moved { get; set; }

    /// <summary>Counts what has gone over the link. Safe from any thread.</summary>
    public void CountSent(long bytes)
    {
        Interlocked.Add(ref BytesSent, bytes);
        TellMoved();
    }

    /// <inheritdoc cref="CountSent"/>
    public void CountReceived(long bytes)
    {
        Interlocked.Add(ref BytesReceived, bytes);
        TellMoved();
    }

    private void TellMoved()
    {
        var (last, now) = (Interlocked.Read(ref _movedAt), Time.GetTimestamp());
        if (Time.GetElapsedTime(last, now) >= MovedPace && Interlocked.CompareExchange(ref _movedAt, now, last) == last) Moved?.Invoke();
    }

    /// <summary>Names that are looked at again when what was being worked on is done: at which a directory was seen that was under another, or was gone with what was being worked on in it. On the loop.</summary>
    public Dictionary<Node, List<(Node Directory, string Name)>> SeenElsewhere { get; } = [];

    /// <summary>Nothing is judged of a node while it is worked on: this name is looked at when that is over.</summary>
    public void LookLater(Node node, Node directory, string name)
    {
        node.Flags |= NodeFlags.LookAgain;
        if (!SeenElsewhere.TryGetValue(node, out var places)) SeenElsewhere.Add(node, places = []);
        places.Add((directory, name));
    }

    public SharePolicy Policy { get; set; } = new();

    /// <summary>What is being read, for others to have meanwhile; null: nobody is told of it.</summary>
    public GrowingContents? Growing { get; set; }

    /// <summary>What has CRLF here, as it is set now. Safe from any thread.</summary>
    public Func<LineEndings> LineEndings { get; init; } = static () => LineEnds.LineEndings.AsTheyAre;

    /// <summary>Nanoseconds since 1970 UTC.</summary>
    public long NowNs => (Time.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Runs an action on the loop after a while. Fired timers after the end are dropped by the loop.</summary>
    public void After(TimeSpan delay, Action action)
    {
        ITimer? timer = null;
        timer = Time.CreateTimer(_ =>
        {
            timer?.Dispose();
            Loop.Post(action);
        }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }
}
