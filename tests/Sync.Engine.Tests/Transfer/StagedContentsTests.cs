using Sync.Delta;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>What is swept from staging, and what is told of it then: whether the journal had it, and has another in its place.</summary>
public sealed class StagedContentsTests
{
    private static readonly HashSet<ContentId> _none = [];

    private readonly StagedContents _staged = new();
    private readonly ContentId _content = TestContents.ManifestOf("one"u8).Id;
    private readonly List<(ContentId Content, string Path, string? Was)> _taken = [];

    [Fact]
    public void What_was_never_in_the_journal_has_no_former_path()
    {
        _staged.Add(_content, "c-1");
        Sweep(_none, times: 2);
        Assert.Equal([(_content, "c-1", null)], _taken);
    }

    [Fact]
    public void What_the_journal_had_is_told_with_its_path()
    {
        _staged.Add(_content, "c-1");
        _staged.NoteReplaced(_content, static () => "d/f");
        Sweep(_none, times: 2);
        Assert.Equal([(_content, "c-1", "d/f")], _taken);
    }

    /// <summary>It was taken for a placement that raced, and comes back.</summary>
    [Fact]
    public void What_is_added_again_while_it_is_there_keeps_its_path()
    {
        _staged.Add(_content, "c-1");
        _staged.NoteReplaced(_content, static () => "d/f");
        _staged.Add(_content, "c-2");
        Sweep(_none, times: 2);
        Assert.Equal([(_content, "c-2", "d/f")], _taken);
    }

    [Fact]
    public void What_is_not_there_is_not_noted()
    {
        _staged.NoteReplaced(_content, static () => throw new InvalidOperationException("Nobody asks for it."));
        _staged.Add(_content, "c-1");
        Sweep(_none, times: 2);
        Assert.Equal([(_content, "c-1", null)], _taken);
    }

    [Fact]
    public void What_is_waited_for_or_was_asked_for_in_the_last_round_stays()
    {
        _staged.Add(_content, "c-1");
        _staged.NoteReplaced(_content, static () => "d/f");
        Sweep([_content], times: 3);
        Assert.Equal("c-1", _staged.Find(_content));
        Sweep(_none, times: 1);
        Assert.Empty(_taken);
        Sweep(_none, times: 1);
        Assert.Single(_taken);
        Assert.Equal(0, _staged.Count);
    }

    [Fact]
    public void What_has_gone_to_its_place_is_found_no_more_but_what_came_since_is()
    {
        var there = new HashSet<string> { "c-2" };
        _staged.Stands = path =>
        {
            // Another is added while the first is looked for.
            if (path == "c-1") _staged.Add(_content, "c-2");
            return there.Contains(path);
        };
        _staged.Add(_content, "c-1");
        Assert.Null(_staged.Find(_content));
        Assert.Equal("c-2", _staged.Find(_content));
        there.Clear();
        Assert.Null(_staged.Find(_content));
        Assert.Equal(0, _staged.Count);
    }

    private void Sweep(HashSet<ContentId> wanted, int times)
    {
        for (var i = 0; i < times; i++) _staged.Sweep(wanted, (content, path, was) => _taken.Add((content, path, was)));
    }
}
