using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Placing;

/// <summary>Something is renamed, and what stands at its new name a moment later is another, or another's bytes: it is not taken for what the plan saw.</summary>
public sealed class RenamePlacementTests : IDisposable
{
    private readonly PlacerBench _bench = new();
    private readonly TreeSet _trees = new(EntryId.Root);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_nobody_touches_is_known_as_it_stands()
    {
        File.WriteAllText(_bench.Root.At("f"), "as it was");
        var placement = Rename("f", EntryKind.File, "g");
        _bench.Placer.Run([placement]);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.Equal(Look("g"), placement.Result.Stamp);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_directory_that_was_swapped_with_another_in_that_instant_is_not_taken_for_it(bool exchanges)
    {
        Directory.CreateDirectory(_bench.Root.At("d"));
        Directory.CreateDirectory(_bench.Root.At("other"));
        if (exchanges) Directory.CreateDirectory(_bench.Root.At("e"));
        var placement = Rename("d", EntryKind.Directory, "e", exchanges ? StepKind.Exchange : StepKind.Move);
        _bench.Hooks.After("Rename", "d", () =>
        {
            Directory.Move(_bench.Root.At("e"), _bench.Root.At("aside"));
            Directory.Move(_bench.Root.At("other"), _bench.Root.At("e"));
        });
        _bench.Placer.Run([placement]);
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal((PlacementOutcome.Done, Look("aside").FileKey), (placement.Outcome, placement.Result.Stamp.FileKey));
    }

    [Fact]
    public void A_file_that_was_saved_over_it_in_that_instant_is_an_edit()
    {
        File.WriteAllText(_bench.Root.At("f"), "as it was");
        File.WriteAllText(_bench.Root.At("new"), "as it is now");
        var placement = Rename("f", EntryKind.File, "g");
        _bench.Hooks.After("Rename", "f", () => File.Move(_bench.Root.At("new"), _bench.Root.At("g"), overwrite: true));
        _bench.Placer.Run([placement]);
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.NotEqual(Look("g"), placement.Result.Stamp);
    }

    [Fact]
    public void A_file_that_was_written_to_since_the_plan_saw_it_is_an_edit()
    {
        File.WriteAllText(_bench.Root.At("f"), "as it was");
        var placement = Rename("f", EntryKind.File, "g");
        File.AppendAllText(_bench.Root.At("f"), ", and more");
        _bench.Placer.Run([placement]);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.NotEqual(Look("g"), placement.Result.Stamp);
    }

    private FileStamp Look(string path)
    {
        Assert.Equal(FsError.None, _bench.Root.Fs.Stat(path, out var stat));
        return stat.Stamp;
    }

    private Placement Rename(string from, EntryKind kind, string to, StepKind step = StepKind.Move)
    {
        var node = Known(from, kind);
        var other = step == StepKind.Exchange ? Known(to, kind) : null;
        return new Placement(node, new Step(step, Other: other)) { Entry = node.Local! with { Name = to }, Source = from, Target = to, Expected = node.Stamp, OtherKind = kind, OtherExpected = other?.Stamp ?? default };
    }

    private Node Known(string path, EntryKind kind)
    {
        Assert.Equal(FsError.None, _bench.Root.Fs.Stat(path, out var stat));
        var node = _trees.AddProvisional();
        _trees.SetLocal(node, new Entry { Id = node.Id, Parent = _trees.Root.Id, Name = path, Kind = kind, Mode = stat.Mode, Size = kind == EntryKind.File ? stat.Stamp.Size : 0, MtimeNs = stat.Stamp.MtimeNs }, stat.Stamp);
        return node;
    }
}
