using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Placing;

/// <summary>A mode is set by a path: what has come to that path in the same instant is not taken for what the plan saw.</summary>
public sealed class ModePlacementTests : IDisposable
{
    private readonly PlacerBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_stands_as_planned_gets_it()
    {
        File.WriteAllText(_bench.Root.At("f"), "as it was");
        var placement = Chmod("f", EntryKind.File);
        _bench.Placer.Run([placement]);
        Assert.Equal((PlacementOutcome.Done, 0x180u), (placement.Outcome, placement.Result.Mode));
    }

    [Theory]
    [InlineData("Stat")]
    [InlineData("SetMode")]
    public void A_directory_that_has_come_to_its_name_is_not_taken_for_it(string instant)
    {
        Directory.CreateDirectory(_bench.Root.At("d"));
        Directory.CreateDirectory(_bench.Root.At("other"));
        var placement = Chmod("d", EntryKind.Directory);
        _bench.Hooks.After(instant, "d", () =>
        {
            Directory.Move(_bench.Root.At("d"), _bench.Root.At("aside"));
            Directory.Move(_bench.Root.At("other"), _bench.Root.At("d"));
        });
        _bench.Placer.Run([placement]);
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal(PlacementOutcome.Raced, placement.Outcome);
    }

    [Theory]
    [InlineData("Stat")]
    [InlineData("SetMode")]
    public void A_file_that_was_saved_over_it_is_not_known_by_its_mode(string instant)
    {
        File.WriteAllText(_bench.Root.At("f"), "as it was");
        File.WriteAllText(_bench.Root.At("new"), "as it is");
        var placement = Chmod("f", EntryKind.File);
        _bench.Hooks.After(instant, "f", () => File.Move(_bench.Root.At("new"), _bench.Root.At("f"), overwrite: true));
        _bench.Placer.Run([placement]);
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal(PlacementOutcome.Raced, placement.Outcome);
    }

    private Placement Chmod(string path, EntryKind kind)
    {
        Assert.Equal(FsError.None, _bench.Root.Fs.Stat(path, out var stat));
        var trees = new TreeSet(EntryId.Root);
        var node = trees.AddProvisional();
        var entry = new Entry { Id = node.Id, Parent = trees.Root.Id, Name = path, Kind = kind, Mode = stat.Mode, Size = kind == EntryKind.File ? stat.Stamp.Size : 0, MtimeNs = stat.Stamp.MtimeNs };
        trees.SetLocal(node, entry, stat.Stamp);
        return new Placement(node, new Step(StepKind.SetMeta, Facets.Mode)) { Entry = entry with { Mode = kind == EntryKind.File ? 0x180u : 0x1C0u }, Source = path, Target = path, Expected = stat.Stamp };
    }
}
