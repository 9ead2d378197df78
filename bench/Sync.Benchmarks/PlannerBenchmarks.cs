using BenchmarkDotNet.Attributes;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;

namespace Sync.Benchmarks;

/// <summary>Changes are told by the journal: a step is found for each.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class PlannerBenchmarks
{
    private const int Count = 100_000;
    private Reconciler _reconciler = null!;
    private Entry[] _changed = [];
    private long _revision = Count + 2;

    [Params(1_000, 50_000)]
    public int Changes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _reconciler = new Reconciler(Nodes.Trees(Count), new FacetComparer());
        _reconciler.Planner.Committed = new Revision(_revision);
    }

    [IterationSetup]
    public void Change() => _changed =
    [
        .. Enumerable.Range(0, Changes).Select(i => 2 + (i * (Count / Changes))).Select(Nodes.Entry).Where(e => e.Kind is EntryKind.File)
            .Select(e => e with { MtimeNs = e.MtimeNs + ++_revision, ContentRevision = new Revision(_revision) }),
    ];

    [Benchmark(Description = "contents changed elsewhere of 100,000 entries, steps planned")]
    public int Plan()
    {
        foreach (var entry in _changed)
            _reconciler.Receive(entry);
        _reconciler.Commit(new Revision(_revision));
        var steps = 0;
        while (_reconciler.TryNext(mayPropose: true, mayApply: true, out _, out _))
            steps++;
        return steps == _changed.Length ? steps : throw new InvalidOperationException($"{steps} steps for {_changed.Length} changes");
    }
}
