using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Placing;

/// <summary>What was deleted elsewhere is not where it stood: gone here, too, or moved along with its directory a moment before.</summary>
public sealed class MissedRemovalTests : IDisposable
{
    private readonly PlacerBench _bench = new();
    private readonly TreeSet _trees = new(EntryId.Root);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(EntryKind.File)]
    [InlineData(EntryKind.Directory)]
    public void What_has_gone_from_its_directory_is_removed(EntryKind kind)
    {
        var removal = Removal(kind);
        if (kind == EntryKind.File) File.Delete(_bench.Root.At("d/it"));
        else Directory.Delete(_bench.Root.At("d/it"));
        _bench.Placer.Run([removal]);
        Assert.Equal((PlacementOutcome.Done, Key("d")), (removal.Outcome, removal.DirectoryKey));
    }

    [Theory]
    [InlineData(EntryKind.File)]
    [InlineData(EntryKind.Directory)]
    public void What_went_with_its_directory_is_not(EntryKind kind)
    {
        var removal = Removal(kind);
        Directory.Move(_bench.Root.At("d"), _bench.Root.At("elsewhere"));
        _bench.Placer.Run([removal]);
        Assert.Equal(PlacementOutcome.Raced, removal.Outcome);
    }

    [Theory]
    [InlineData(EntryKind.File)]
    [InlineData(EntryKind.Directory)]
    public void Where_another_directory_has_come_to_the_path_it_is_told_which(EntryKind kind)
    {
        var removal = Removal(kind);
        Directory.Move(_bench.Root.At("d"), _bench.Root.At("elsewhere"));
        Directory.CreateDirectory(_bench.Root.At("d"));
        _bench.Placer.Run([removal]);
        Assert.Equal(Key("d"), removal.DirectoryKey);
        Assert.NotEqual(Key("elsewhere"), removal.DirectoryKey);
    }

    [Fact]
    public void An_empty_directory_that_has_taken_its_name_stays()
    {
        var removal = Removal(EntryKind.Directory);
        Directory.Move(_bench.Root.At("d/it"), _bench.Root.At("d/aside"));
        Directory.CreateDirectory(_bench.Root.At("d/it"));
        _bench.Placer.Run([removal]);
        Assert.Equal(PlacementOutcome.Raced, removal.Outcome);
        Assert.True(Directory.Exists(_bench.Root.At("d/it")));
    }

    private ulong Key(string path)
    {
        Assert.Equal(FsError.None, _bench.Root.Fs.Stat(path, out var stat));
        return stat.Stamp.FileKey;
    }

    private Placement Removal(EntryKind kind)
    {
        Directory.CreateDirectory(_bench.Root.At("d"));
        if (kind == EntryKind.File) File.WriteAllText(_bench.Root.At("d/it"), "it");
        else Directory.CreateDirectory(_bench.Root.At("d/it"));
        Assert.Equal(FsError.None, _bench.Root.Fs.Stat("d/it", out var stat));
        var known = new Entry { Id = new EntryId(2), Parent = new EntryId(3), Name = "it", Kind = kind, Size = 2 };
        return new Placement(_trees.GetOrAdd(known.Id), new Step(StepKind.Remove)) { Entry = known, Source = "d/it", Target = "d/it", Expected = stat.Stamp, Reason = "deleted" };
    }
}
