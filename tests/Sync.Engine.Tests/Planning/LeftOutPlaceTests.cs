using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>What was moved elsewhere into a directory that is left out here.</summary>
public sealed class LeftOutPlaceTests
{
    private readonly Reconciler _reconciler = new(new TreeSet(EntryId.Root), new FacetComparer());
    private readonly List<(Node Node, Node Occupant)> _blocked = [];
    private readonly Node _file;
    private readonly Node _directory;

    public LeftOutPlaceTests()
    {
        _reconciler.Blocked = (node, occupant) => _blocked.Add((node, occupant));
        var file = new Entry { Id = new EntryId(2), Parent = EntryId.Root, Name = "f", Kind = EntryKind.File, Mode = 0x1A4, PlaceRevision = new Revision(10), ContentRevision = new Revision(10), ModeRevision = new Revision(10) };
        _reconciler.Receive(file);
        _reconciler.Receive(file with { Id = new EntryId(3), Name = "y", Kind = EntryKind.Directory, Mode = 0x1ED });
        _reconciler.Commit(new Revision(10));
        (_file, _directory) = (_reconciler.Trees.Find(new EntryId(2))!, _reconciler.Trees.Find(new EntryId(3))!);
        _reconciler.Trees.SetLocal(_file, file, new FileStamp(1, 0, 0, 0));
        _reconciler.Trees.SetSynced(_file, file);
        _reconciler.Receive(file with { Parent = _directory.Id, PlaceRevision = new Revision(20) });
        _reconciler.Commit(new Revision(20));
    }

    [Fact]
    public void It_is_told_of_and_waited_for_by_nobody_until_the_directory_is_here()
    {
        var isIgnored = true;
        _reconciler.Planner.IsIgnored = (_, node) => isIgnored && node == _directory;
        Assert.False(Next(out _, out _));
        Assert.Equal([(_file, _directory)], _blocked);

        isIgnored = false;
        _reconciler.EnqueueAll();
        Assert.True(Next(out var made, out var step));
        Assert.Equal((_directory, StepKind.Create), (made, step.Kind));
        _reconciler.Trees.SetLocal(_directory, _directory.Remote, new FileStamp(2, 0, 0, 0));
        _reconciler.Placed(_directory, step, _directory.Remote!, null);
        Assert.True(Next(out var moved, out step));
        Assert.Equal((_file, StepKind.Move), (moved, step.Kind));
    }

    [Fact]
    public void An_ignore_file_that_keeps_itself_from_there_steps_aside()
    {
        _reconciler.Planner.IsIgnored = (_, node) => node == _directory;
        _reconciler.Planner.LeavesOutItsPlace = node => node == _file;
        Assert.True(Next(out var node, out var step));
        Assert.Equal((_file, StepKind.StepAside, _reconciler.Trees.Root), (node, step.Kind, step.Other));
    }

    private bool Next(out Node node, out Step step) => _reconciler.TryNext(mayPropose: true, mayApply: true, out node, out step);
}
