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

/// <summary>A mode is set by a path: what has come to that path in the same instant is not taken for what the plan saw.</summary>
public sealed class ModePlacementTests : IDisposable
{
    private readonly FileSystemUnderTest _root = new("linux");
    private readonly VersionStore _versions;
    private readonly Placer _placer;
    private readonly HookedFiles _hooks;

    public ModePlacementTests()
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
    public void What_stands_as_planned_gets_it()
    {
        File.WriteAllText(_root.At("f"), "as it was");
        var placement = Chmod("f", EntryKind.File);
        _placer.Run([placement]);
        Assert.Equal((PlacementOutcome.Done, 0x180u), (placement.Outcome, placement.Result.Mode));
    }

    [Theory]
    [InlineData("Stat")]
    [InlineData("SetMode")]
    public void A_directory_that_has_come_to_its_name_is_not_taken_for_it(string instant)
    {
        Directory.CreateDirectory(_root.At("d"));
        Directory.CreateDirectory(_root.At("other"));
        var placement = Chmod("d", EntryKind.Directory);
        _hooks.After(instant, "d", () =>
        {
            Directory.Move(_root.At("d"), _root.At("aside"));
            Directory.Move(_root.At("other"), _root.At("d"));
        });
        _placer.Run([placement]);
        Assert.True(_hooks.HasFired);
        Assert.Equal(PlacementOutcome.Raced, placement.Outcome);
    }

    [Theory]
    [InlineData("Stat")]
    [InlineData("SetMode")]
    public void A_file_that_was_saved_over_it_is_not_known_by_its_mode(string instant)
    {
        File.WriteAllText(_root.At("f"), "as it was");
        File.WriteAllText(_root.At("new"), "as it is");
        var placement = Chmod("f", EntryKind.File);
        _hooks.After(instant, "f", () => File.Move(_root.At("new"), _root.At("f"), overwrite: true));
        _placer.Run([placement]);
        Assert.True(_hooks.HasFired);
        Assert.Equal(PlacementOutcome.Raced, placement.Outcome);
    }

    private Placement Chmod(string path, EntryKind kind)
    {
        Assert.Equal(FsError.None, _root.Fs.Stat(path, out var stat));
        var trees = new TreeSet(EntryId.Root);
        var node = trees.AddProvisional();
        var entry = new Entry { Id = node.Id, Parent = trees.Root.Id, Name = path, Kind = kind, Mode = stat.Mode, Size = kind == EntryKind.File ? stat.Stamp.Size : 0, MtimeNs = stat.Stamp.MtimeNs };
        trees.SetLocal(node, entry, stat.Stamp);
        return new Placement(node, new Step(StepKind.SetMeta, Facets.Mode)) { Entry = entry with { Mode = kind == EntryKind.File ? 0x180u : 0x1C0u }, Source = path, Target = path, Expected = stat.Stamp };
    }
}
