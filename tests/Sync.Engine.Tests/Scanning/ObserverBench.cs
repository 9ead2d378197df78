using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Store;
using Sync.Engine.Tests.Files;
using Sync.Engine.Tests.Store;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>An observer of a real directory whose loop and workers are run by the test, piece by piece on one thread, so that it says what comes
/// between what.</summary>
internal sealed class ObserverBench : IDisposable
{
    private readonly FileSystemUnderTest _root = new("linux");
    private readonly TemporaryDirectory _data = new();
    private readonly Queue<Action> _turns = new();
    private readonly Queue<Action> _work = new();
    private readonly List<Exception> _defects = [];
    private readonly ReplicaContext _context;
    private readonly Observer _observer;

    public ObserverBench()
    {
        var (files, hooks) = HookedFiles.Over(_root.Fs);
        Hooks = hooks;
        var trees = new TreeSet(EntryId.Root);
        WorkerPool NewPool() => new("test", 1, _defects.Add, lane: _work.Enqueue);
        _context = new ReplicaContext
        {
            Share = "test",
            Loop = new ControlLoop("test", () => _observer!.EndTurn(), _defects.Add, _turns.Enqueue),
            Io = NewPool(),
            Bulk = NewPool(),
            Apply = NewPool(),
            Files = files,
            Trees = trees,
            Reconciler = new Reconciler(trees, new FacetComparer(1, true, true)),
            Problems = new ProblemSet(),
            LiveCopies = new LiveCopies(files),
            Small = new SmallContents(1 << 20),
            Manifests = new ManifestStore(_data.Path, TimeProvider.System),
            Staging = new StagingArea(files),
            Time = new FakeTimeProvider(),
            Log = NullLogger.Instance,
            Stopping = CancellationToken.None,
        };
        _observer = new Observer(_context, new SilentWatcher(), () => true, _ => { });
        Post(() => _observer.Rescan());
        RunAll();
    }

    public HookedFiles Hooks { get; }

    public string At(string path) => _root.At(path);

    /// <summary>The names that the local tree has in the root, sorted.</summary>
    public string[] Names() => [.. _context.Trees.LocalChildren(_context.Trees.Root).Select(node => node.Local!.Name).Order(StringComparer.Ordinal)];

    /// <summary>The names that the local tree has in a directory of the root, sorted.</summary>
    public string[] NamesIn(string directory) =>
        [.. _context.Trees.LocalChildren(_context.Trees.LocalChild(_context.Trees.Root, directory)!).Select(node => node.Local!.Name).Order(StringComparer.Ordinal)];

    /// <summary>The id that the local tree has at a name in the root, or in a directory of it.</summary>
    public EntryId IdOf(string name, string? directory = null) =>
        _context.Trees.LocalChild(directory is null ? _context.Trees.Root : _context.Trees.LocalChild(_context.Trees.Root, directory)!, name)!.Id;

    /// <summary>Something in a directory of the root is being placed, as if by the applier; what is returned ends that.</summary>
    public Action Place(string directory, string name)
    {
        var node = _context.Trees.LocalChild(_context.Trees.LocalChild(_context.Trees.Root, directory)!, name)!;
        node.Flags |= NodeFlags.Applying;
        return () =>
        {
            node.Flags &= ~NodeFlags.Applying;
            Post(() => _observer.LookAgain(node));
        };
    }

    /// <summary>A directory of the journal is being made in the root, as if by the applier; what is returned ends that.</summary>
    public Action Make(EntryId id, string name)
    {
        var entry = new Entry { Id = id, Parent = EntryId.Root, Name = name, Kind = EntryKind.Directory, Mode = 0x1ED };
        var node = _context.Trees.GetOrAdd(id);
        _context.Trees.SetRemote(node, entry);
        node.Flags |= NodeFlags.Applying;
        _context.Arrivals.Begin(node, _context.Trees.Root, name);
        _context.Arrivals.BeginMaking();
        Assert.Equal(FsError.None, _root.Fs.MakeDirectory(name, entry.Mode, out var made));
        return () => Post(() =>
        {
            node.Flags &= ~NodeFlags.Applying;
            _context.Arrivals.End(node);
            _context.Trees.SetLocal(node, entry, made.Stamp);
            _observer.EndMaking();
            _observer.LookAt(_context.Trees.Root, name);
        });
    }

    /// <summary>The content that the local tree has at a name in the root.</summary>
    public ContentId ContentOf(string name) => _context.Trees.LocalChild(_context.Trees.Root, name)!.Local!.Content;

    /// <summary>Something is told of a name in the root.</summary>
    public void Tell(string name) => Post(() => _observer.LookAt(_context.Trees.Root, name));

    /// <summary>Something is told of a name in a directory of the root.</summary>
    public void Tell(string directory, string name) => Post(() => _observer.LookAt(_context.Trees.LocalChild(_context.Trees.Root, directory)!, name));

    /// <summary>The root is listed.</summary>
    public void List() => Post(() => _observer.LookInto(_context.Trees.Root));

    /// <summary>Runs the turn of the loop that is due.</summary>
    public void RunTurn() => _turns.Dequeue()();

    /// <summary>Runs the oldest piece of work.</summary>
    public void RunWork() => _work.Dequeue()();

    /// <summary>Runs all that can be run, also within a piece of work.</summary>
    public void Run()
    {
        for (var step = 0; ; step++)
        {
            Assert.True(step < 10_000, "it does not come to rest");
            if (_turns.TryDequeue(out var turn)) turn();
            else if (_work.TryDequeue(out var work)) work();
            else break;
        }
    }

    /// <summary>Runs all, to its end.</summary>
    public void RunAll()
    {
        Run();
        Assert.Empty(_defects);
        Assert.True(_observer.IsIdle, "a job is open for ever");
    }

    public void Dispose()
    {
        _context.Loop.Dispose();
        _root.Dispose();
        _data.Dispose();
    }

    private void Post(Action action) => _context.Loop.Post(action);
}
