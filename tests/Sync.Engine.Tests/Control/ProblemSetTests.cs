using Sync.Engine.Control;
using Sync.Engine.Link;
using Xunit;

namespace Sync.Engine.Tests.Control;

public sealed class ProblemSetTests
{
    private readonly ProblemSet _problems = new();

    [Fact]
    public void That_a_path_can_be_read_again_does_not_say_that_it_could_be_put_in_place()
    {
        _problems.Set("d/new", ProblemCodes.Unmaterialised, "no descriptors");
        _problems.SetUnreadable("d/new", "no descriptors");
        _problems.Clear("d/new", ProblemCodes.Unreadable, ProblemCodes.BadName);
        Assert.Equal([new Problem("d/new", ProblemCodes.Unmaterialised, "no descriptors")], _problems.All);
    }

    [Fact]
    public void Only_the_codes_named_are_cleared()
    {
        _problems.Set("a", ProblemCodes.LinkOut, "out");
        _problems.Clear("a", ProblemCodes.Unreadable, ProblemCodes.NoSpace);
        Assert.True(_problems.Contains("a"));
        _problems.Changed = false;
        _problems.Clear("a", ProblemCodes.LinkOut);
        Assert.True(_problems.Changed);
        Assert.Equal(0, _problems.Count);
    }

    [Fact]
    public void Below_what_cannot_be_read_that_alone_is_listed()
    {
        _problems.SetUnreadable("d/e/f", "denied");
        _problems.Set("d/e/g", ProblemCodes.Unmaterialised, "denied");
        _problems.SetUnreadable("d", "denied");
        _problems.SetUnreadable("d/e/f", "denied");
        Assert.Equal([("d", ProblemCodes.Unreadable), ("d/e/g", ProblemCodes.Unmaterialised)], _problems.All.Select(p => (p.Path, p.Code)));
        Assert.True(_problems.IsUnreadable("d/e/f"));
        Assert.False(_problems.IsUnreadable("e"));
        Assert.Equal("d", Assert.Single(_problems.Take(1)).Path);
    }
}
