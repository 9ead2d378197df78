using Sync.Engine.Control;
using Sync.Engine.Ignoring;
using Sync.Engine.Trees;
using Sync.Engine.Watching;

namespace Sync.Engine.Scanning;

/// <summary>
/// Keeps the local tree equal to the disk: takes events, looks at names, lists directories, hashes what is not as known, and tells moves from
/// deletions. Puts together the parts that do this, and decides when conclusions are drawn. Lives on the control loop; looks and reads run on
/// workers and post back.
/// </summary>
/// <remarks>
/// A name that exists keeps its entry, whatever inode is behind it (editors save by renaming over it); a name that is gone and one that is new
/// with the same inode are a move. A directory that is known by its inode moves at once, with all that is in it.
/// Deletions count only when the looks that are under way have ended, so that a move between two directories is never half seen.
/// </remarks>
internal sealed class Observer
{
    private readonly ReplicaContext _context;
    private readonly JobCounter _jobs = new();
    private readonly LookQueue _looks = new();
    private readonly QuietPeriods _quiet;
    private readonly OpenMoves _openMoves;
    private readonly DirectoryRules _rules;
    private readonly DirectoryScanner _scanner;
    private readonly NameProber _prober;
    private readonly FileReader _reader;
    private readonly MovePairing _moves;
    private readonly EventIntake _events;
    private readonly LookOrder _lookOrder = new();
    private readonly MoveCandidates _candidates;
    private readonly HardLinks _links;
    private readonly FreshFiles _fresh;
    private readonly ObservedOrder _order;
    private readonly List<(long Cut, Action Done)> _drained = [];

    /// <summary>The first look at everything is under way, or over: a turn that ends before has nothing under way either.</summary>
    private bool _hasBegun;

    /// <param name="context">The replica's.</param>
    /// <param name="watcher">Tells of changes, to <see cref="Take"/>.</param>
    /// <param name="mayBeEmpty">Asked when the root is found empty although it was not; if it says no, nothing is taken for deleted until
    /// <see cref="Rescan"/>.</param>
    /// <param name="replicaFound">Told where another replica's own directory is found below the root.</param>
    public Observer(ReplicaContext context, IWatcher watcher, Func<bool> mayBeEmpty, Action<string> replicaFound)
    {
        _context = context;
        _quiet = new QuietPeriods(context, _looks);
        _openMoves = new OpenMoves(context);
        _rules = new DirectoryRules(context, _jobs);
        var candidates = _candidates = new MoveCandidates(_jobs);
        var problems = new NameProblems(context, _looks);
        var local = new LocalTreeWriter(context, watcher, _rules, problems, candidates);
        _reader = new FileReader(context, _jobs, _looks, _quiet, problems, local, EndTurn) { KeepsBytes = () => HasScanned };
        _fresh = new FreshFiles(context);
        _links = new HardLinks(context, _jobs, _looks);
        _order = new ObservedOrder(_quiet, _reader);
        _moves = new MovePairing(context, candidates, _looks, local, _reader);

        // Listings lead to sightings, and those to further listings: the circle is closed here.
        ListingComparer? listings = null;
        _scanner = new DirectoryScanner(context, watcher, _jobs, _looks, _rules, listing => listings!.Take(listing), replicaFound);
        var recogniser = new Recogniser(
            context, _looks, _lookOrder, _rules, problems, candidates, local, _scanner,
            new DirectoryRecogniser(context, _looks, _rules, candidates, local, _scanner),
            new LinkRecogniser(context, _jobs, candidates, problems, local),
            new FileRecogniser(context, _quiet, candidates, problems, local, _reader, _links, _fresh));
        listings = new ListingComparer(context, _rules, problems, recogniser, _lookOrder, _looks, _scanner, mayBeEmpty);
        _prober = new NameProber(context, watcher, _jobs, _looks, recogniser.Take);
        _events = new EventIntake(context.Trees, _looks, _quiet, _openMoves, _rules, _scanner, context.Reconciler.Enqueue);
    }

    /// <inheritdoc cref="EventIntake.CookieSeen"/>
    public Action<string>? CookieSeen
    {
        get => _events.CookieSeen;
        set => _events.CookieSeen = value;
    }

    /// <inheritdoc cref="EventIntake.CookieTag"/>
    public object CookieTag => _events.CookieTag;

    public long FilesHashed => _reader.FilesHashed;

    /// <summary>The first look at the whole tree is over.</summary>
    public bool HasScanned { get; private set; }

    public bool IsIdle => _jobs.IsIdle && _looks.IsEmpty;

    /// <inheritdoc cref="DirectoryRules.IsIgnored"/>
    public bool? IsIgnored(Node parent, Node node) => _rules.IsIgnored(parent, node);

    /// <inheritdoc cref="DirectoryRules.LeavesOutItsPlace"/>
    public bool LeavesOutItsPlace(Node file) => _rules.LeavesOutItsPlace(file);

    /// <summary>Directories so far that what was put in place here gave other ignore rules: what those no longer leave out is found after it.</summary>
    public long RulesPlaced { get; private set; }

    /// <summary>A name has come into a directory, has gone from it, or stands for something else there, by our own doing: where it is an ignore
    /// file's, other rules hold now.</summary>
    public void NamePlaced(Node directory, string name)
    {
        if (!_rules.IsRuleFile(name)) return;
        RulesPlaced++;
        _scanner.ScanByNewRules(directory);
    }

    /// <summary>The ignore rules in a directory.</summary>
    public IgnoreRules RulesIn(Node directory) => _rules.Of(directory);

    /// <summary>The ignore rules that a directory gets from above.</summary>
    public IgnoreRules RulesAbove(Node directory) => _rules.Above(directory);

    /// <summary>A directory was moved by our own doing: if others than before hold at its new place, all in it is judged anew. One that was never looked into, for where it
    /// stood could not be read, is not watched: nothing else leads to it at its new place.</summary>
    public void DirectoryPlaced(Node directory, IgnoreRules before)
    {
        var isKnown = directory.Has(NodeFlags.Listed);
        _rules.ForgetTree(directory);
        var isSame = ReferenceEquals(_rules.Above(directory), before);
        if (isSame && isKnown) return;
        if (!isSame) RulesPlaced++;
        _scanner.Scan(directory, recursive: true);
    }

    /// <summary>Looks at everything: first of all, after lost events, and now and then to back the events up.</summary>
    public void Rescan(bool reloadRules = false)
    {
        if (reloadRules) _rules.Reset();
        _hasBegun = true;
        _scanner.Scan(_context.Trees.Root, recursive: true);
    }

    /// <summary>Gives memory back: work is over for now.</summary>
    public void Trim()
    {
        _reader.Trim();
        _quiet.Trim();
        _looks.Trim();
        _lookOrder.Trim();
        _candidates.Trim();
        _rules.Trim();
        _scanner.Trim();
        _fresh.Trim();
    }

    /// <summary>Looks at files with several names: they can be written to without an event here.</summary>
    public void LookAtLinked() => _links.LookAtAll();

    /// <summary>Looks at one name soon.</summary>
    public void LookAt(Node directory, string name) => _looks.Mark(directory, name, Look.Plain);

    /// <summary>Looks at a path soon, if the directory that it is in is known.</summary>
    public void LookAt(string path)
    {
        var slash = path.LastIndexOf('/');
        Node? directory = _context.Trees.Root;
        foreach (var name in (slash < 0 ? "" : path[..slash]).Split('/', StringSplitOptions.RemoveEmptyEntries))
            directory = directory is null ? null : _context.Trees.LocalChild(directory, name);
        if (directory is not null) LookAt(directory, path[(slash + 1)..]);
    }

    /// <summary>It is not at its name any more, where something was just put in place: moved or deleted, which is known when all looks have ended.</summary>
    public void Gone(Node node)
    {
        _candidates.AddGone(node, _context.PlacementClock);
        Loop();
    }

    /// <summary>Directories have been made, and are known by their keys: looks at what could have been one of them.</summary>
    public void EndMaking()
    {
        foreach (var (directory, name) in _context.Arrivals.EndMaking())
            if (directory.Current.IsLocal) LookAt(directory.Current, name);
    }

    /// <summary>Looks at whatever was not judged of a node while it was being placed or removed.</summary>
    public void LookAgain(Node node)
    {
        var entry = node.Current.Local ?? node.Current.Remote;
        if (entry is not null && _context.Trees.Find(entry.Parent) is { IsLocal: true } parent) LookAt(parent, entry.Name);
        if (!_context.SeenElsewhere.Remove(node, out var places)) return;
        foreach (var (directory, name) in places)
            if (directory.Current.IsLocal) LookAt(directory.Current, name);
    }

    /// <summary>Watches a directory that was just made here, and looks into it: a program may have been faster.</summary>
    public void Watch(Node directory) => _scanner.Scan(directory, recursive: true);

    /// <summary>A directory that is here got another entry: what is known of it stays, and it is watched under that.</summary>
    public void Rebind(Node from, Node to)
    {
        _rules.Rebind(from, to);
        Watch(to);
    }

    /// <summary>Looks at all names in a directory.</summary>
    public void LookInto(Node directory) => _scanner.Scan(directory, recursive: false);

    /// <summary>Calls back when all that was noticed before now is in the local tree; files still being written are looked at now.</summary>
    public void WhenDrained(Action done)
    {
        _quiet.EndAll();
        var cut = _jobs.Now;
        EndTurn();
        cut = Math.Max(cut, _jobs.Now);
        _jobs.WhenDone(cut, () => _drained.Add((cut, done)));
        Loop();
    }

    /// <summary>Calls back, in a later turn, when all that was noticed in the directories before now is in the local tree.</summary>
    public void WhenObserved(IReadOnlySet<Node> within, Action done)
    {
        _order.Begin(within, done);
        Loop();
    }

    /// <summary>From the watcher's thread.</summary>
    public void Take(ReadOnlySpan<WatchEvent> events)
    {
        var copy = events.ToArray();
        _context.Loop.Post(() =>
        {
            foreach (var e in copy) _events.Take(e);
        });
    }

    /// <summary>Sends out looks at what was marked, and draws conclusions if none is under way.</summary>
    public void EndTurn()
    {
        _prober.SendOut();
        if (_prober.UnderWay + _scanner.UnderWay > 0) return;
        _lookOrder.Clear();
        Conclude();
    }

    /// <summary>Makes sure that another turn ends soon.</summary>
    private void Loop() => _context.Loop.Post(static () => { });

    private void Conclude()
    {
        if (_openMoves.AreExpected()) return;
        if (_rules.Conclude()) _context.Reconciler.EnqueueAll();
        // What was parked is looked at first: something that has gone may have moved there.
        if (_scanner.UnderWay > 0) return;
        if (!_looks.IsEmpty)
        {
            Loop();
            return;
        }

        _moves.Conclude();
        _links.Conclude();
        _prober.Retry();
        if (!HasScanned && _hasBegun && _jobs.IsIdle)
        {
            HasScanned = true;
            Loop();
        }

        if (!_looks.IsEmpty || _prober.UnderWay > 0)
        {
            // Conclusions led to further looks: what waits for all that was noticed waits for them.
            Loop();
            return;
        }

        _order.Conclude();
        if (_drained.Count == 0) return;
        // What was concluded may have led to reads that began no later: those count too.
        var drained = _drained.ToArray();
        _drained.Clear();
        foreach (var (cut, done) in drained)
        {
            if (_jobs.IsDone(cut)) done();
            else _jobs.WhenDone(cut, () =>
            {
                _drained.Add((cut, done));
                Loop();
            });
        }
    }
}
