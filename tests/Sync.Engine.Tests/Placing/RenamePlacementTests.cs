using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Tests.Files;
using Sync.Engine.Tests.Scanning;
using Sync.Engine.Trees;
using Sync.Engine.Versions;
using Xunit;

namespace Sync.Engine.Tests.Placing;

/// <summary>Something is renamed, and what stands at its new name a moment later is another, or another's bytes: it is not taken for what the plan saw.</summary>
public sealed class RenamePlacementTests : IDisposable
{
    private readonly FileSystemUnderTest _root = new("linux");
    private readonly VersionStore _versions;
    private readonly Placer _placer;
    private readonly HookedFiles _hooks;
    private readonly TreeSet _trees = new(EntryId.Root);

    public RenamePlacementTests()
    {
        Assert.Equal(FsError.None, _root.Fs.MakeDirectory(PrivateDirectory.Staging, 0x1C0));
        Assert.Equal(FsError.None, VersionStore.Open(_root.Fs, TimeProvider.System, new VersionLimits(30, 10), null, out var versions));
        _versions = versions!;
        var (files, hooks) = HookedFiles.Over(_root.Fs);
        _hooks = hooks;
        _placer = new Placer(files, _versions, null);
    }

    public void Dispose()
    {
        _versions.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void What_nobody_touches_is_known_as_it_stands()
    {
        File.WriteAllText(_root.At("f"), "as it was");
        var placement = Rename("f", EntryKind.File, "g");
        _placer.Run([placement]);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.Equal(Look("g"), placement.Result.Stamp);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_directory_that_was_swapped_with_another_in_that_instant_is_not_taken_for_it(bool exchanges)
    {
        Directory.CreateDirectory(_root.At("d"));
        Directory.CreateDirectory(_root.At("other"));
        if (exchanges) Directory.CreateDirectory(_root.At("e"));
        var placement = Rename("d", EntryKind.Directory, "e", exchanges ? StepKind.Exchange : StepKind.Move);
        _hooks.After("Rename", "d", () =>
        {
            Directory.Move(_root.At("e"), _root.At("aside"));
            Directory.Move(_root.At("other"), _root.At("e"));
        });
        _placer.Run([placement]);
        Assert.True(_hooks.HasFired);
        Assert.Equal((PlacementOutcome.Done, Look("aside").FileKey), (placement.Outcome, placement.Result.Stamp.FileKey));
    }

    [Fact]
    public void A_file_that_was_saved_over_it_in_that_instant_is_an_edit()
    {
        File.WriteAllText(_root.At("f"), "as it was");
        File.WriteAllText(_root.At("new"), "as it is now");
        var placement = Rename("f", EntryKind.File, "g");
        _hooks.After("Rename", "f", () => File.Move(_root.At("new"), _root.At("g"), overwrite: true));
        _placer.Run([placement]);
        Assert.True(_hooks.HasFired);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.NotEqual(Look("g"), placement.Result.Stamp);
    }

    [Fact]
    public void A_file_that_was_written_to_since_the_plan_saw_it_is_an_edit()
    {
        File.WriteAllText(_root.At("f"), "as it was");
        var placement = Rename("f", EntryKind.File, "g");
        File.AppendAllText(_root.At("f"), ", and more");
        _placer.Run([placement]);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.NotEqual(Look("g"), placement.Result.Stamp);
    }

    private FileStamp Look(string path)
    {
        Assert.Equal(FsError.None, _root.Fs.Stat(path, out var stat));
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
        Assert.Equal(FsError.None, _root.Fs.Stat(path, out var stat));
        var node = _trees.AddProvisional();
        _trees.SetLocal(node, new Entry { Id = node.Id, Parent = _trees.Root.Id, Name = path, Kind = kind, Mode = stat.Mode, Size = kind == EntryKind.File ? stat.Stamp.Size : 0, MtimeNs = stat.Stamp.MtimeNs }, stat.Stamp);
        return node;
    }
}
