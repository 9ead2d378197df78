using BenchmarkDotNet.Attributes;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Benchmarks;

/// <summary>A replica's trees of 100,000 entries.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class TreeBenchmarks
{
    private const int Count = 100_000;
    private const int Lookups = 1000;
    private readonly Entry[] _entries = [.. Enumerable.Range(0, Lookups).Select(i => Nodes.Entry(2 + (i * 97 % Count)))];
    private TreeSet _trees = null!;

    [GlobalSetup]
    public void SetUp() => _trees = Nodes.Trees(Count);

    [Benchmark(Description = "a tree of 100,000 entries made")]
    public int Make() => Nodes.Trees(Count).Count;

    [Benchmark(Description = "entry found by id", OperationsPerInvoke = Lookups)]
    public int ById()
    {
        var found = 0;
        foreach (var entry in _entries)
        {
            if (_trees.Find(entry.Id) is not null)
                found++;
        }

        return found;
    }

    [Benchmark(Description = "entry found by name in its directory", OperationsPerInvoke = Lookups)]
    public int ByName()
    {
        var found = 0;
        foreach (var entry in _entries)
        {
            if (_trees.Find(entry.Parent) is { } directory && _trees.LocalChild(directory, entry.Name) is not null)
                found++;
        }

        return found;
    }

    [Benchmark(Description = "file found by its content", OperationsPerInvoke = Lookups)]
    public int ByContent()
    {
        var found = 0;
        foreach (var entry in _entries)
        {
            if (_trees.Contents.Find(entry.Content) is not null)
                found++;
        }

        return found;
    }

    [Benchmark(Description = "path of an entry", OperationsPerInvoke = Lookups)]
    public int Path()
    {
        var length = 0;
        foreach (var entry in _entries)
            length += _trees.LocalPath(_trees.Find(entry.Id)!).Length;
        return length;
    }
}
