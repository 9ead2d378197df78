using BenchmarkDotNet.Attributes;
using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Benchmarks;

/// <summary>A real tree of 15,000 files in 1,000 directories is listed, with each file's stat, as a look at the whole tree does.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class ScanBenchmarks
{
    private const int Directories = 1_000;
    private readonly List<DirectoryItem> _items = [];
    private string _root = "";
    private IFileSystem _files = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _root = Directory.CreateTempSubdirectory("sync-benchmarks-").FullName;
        for (var d = 0; d < Directories; d++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_root, FormattableString.Invariant($"dir_{d / 32}"), FormattableString.Invariant($"dir_{d}"))).FullName;
            for (var f = 0; f < Nodes.PerDirectory; f++)
                File.WriteAllBytes(Path.Combine(folder, FormattableString.Invariant($"module_{f}.c")), []);
        }

        if (FileSystems.Open(_root, out var files) is var error and not FsError.None)
            throw new IOException($"{_root}: {error}");
        _files = files!;
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _files.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Benchmark(Description = "15,000 files in 1,000 directories listed")]
    public int List() => List("");

    private int List(string path)
    {
        var from = _items.Count;
        if (_files.List(path, _items) is var error and not FsError.None)
            throw new IOException($"{path}: {error}");
        var to = _items.Count;
        var found = 0;
        for (var i = from; i < to; i++)
        {
            var item = _items[i];
            if (item.Stat.Kind is EntryKind.Directory)
                found += List(path.Length is 0 ? item.Name! : path + "/" + item.Name);
            else
                found++;
        }

        _items.RemoveRange(from, to - from);
        return found;
    }
}
