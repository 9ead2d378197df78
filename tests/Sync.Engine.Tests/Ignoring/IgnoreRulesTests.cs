using System.Globalization;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Ignoring;

public sealed class IgnoreRulesTests
{
    private static readonly SharePolicy Plain = new();
    private static readonly SharePolicy Vcs = new() { VcsIgnore = true };

    [Theory]
    [InlineData(".a.c.swp", true)]
    [InlineData(".a.c.swx", true)]
    [InlineData("4913", true)]
    [InlineData(".#a", true)]
    [InlineData(".~lock.a.odt#", true)]
    [InlineData("yarn.lock", false)]
    [InlineData("a.lock", false)]
    [InlineData("a.swp", false)]
    [InlineData(".git", false)]
    [InlineData(".syncignore", false)]
    public void Defaults_are_editors_own_files(string name, bool ignored) =>
        Assert.Equal(ignored, IgnoreRules.Root(Plain).IsIgnored(name, isDirectory: false));

    [Fact]
    public void Own_directory_is_ignored_at_the_root_only()
    {
        IgnoreRules root = IgnoreRules.Root(Plain, IgnoreFile.Parse("!.sync"), null);
        Assert.True(root.IsIgnored(".sync", isDirectory: true));
        Assert.True(root.IsIgnored(".sync", isDirectory: false));
        Assert.False(root.Enter("a", null, null).IsIgnored(".sync", isDirectory: true));
        Assert.False(IgnoreRules.Root(Plain).Enter("a", null, null).IsIgnored(".sync", isDirectory: true));
    }

    [Fact]
    public void Git_counts_only_where_asked()
    {
        var git = IgnoreFile.Parse("*.o");
        Assert.False(IgnoreRules.Root(Plain, null, git).IsIgnored("a.o", false));
        Assert.False(IgnoreRules.Root(Plain, null, git).IsIgnored(".git", true));
        Assert.True(IgnoreRules.Root(Vcs, null, git).IsIgnored("a.o", false));
        Assert.True(IgnoreRules.Root(Vcs).Enter("sub", null, null).IsIgnored(".git", true));
    }

    [Fact]
    public void Order_is_defaults_share_git_own()
    {
        var policy = new SharePolicy { VcsIgnore = true, Ignore = ["!4913", "share", "both"] };
        IgnoreRules root = IgnoreRules.Root(policy, IgnoreFile.Parse("!kept\n!deep"), IgnoreFile.Parse("kept\n!both"));
        Assert.False(root.IsIgnored("4913", false));
        Assert.True(root.IsIgnored("share", false));
        Assert.False(root.IsIgnored("both", false));
        Assert.False(root.IsIgnored("kept", false));
        // A deeper .gitignore does not beat a .syncignore above it; a deeper .syncignore does.
        Assert.False(root.Enter("d", null, IgnoreFile.Parse("deep")).IsIgnored("deep", false));
        Assert.True(root.Enter("d", IgnoreFile.Parse("deep"), null).IsIgnored("deep", false));
    }

    [Fact]
    public void Paths_go_on_from_where_their_directory_left_off()
    {
        IgnoreRules root = IgnoreRules.Root(Plain, IgnoreFile.Parse("/build\na/*/c\n**/x/y\nlogs/**/*.log"), null);
        Assert.True(root.IsIgnored("build", true));
        Assert.False(root.Enter("a", null, null).IsIgnored("build", true));
        Assert.True(root.Enter("a", null, null).Enter("b", null, null).IsIgnored("c", false));
        Assert.False(root.Enter("a", null, null).Enter("b", null, null).Enter("d", null, null).IsIgnored("c", false));
        Assert.True(root.Enter("q", null, null).Enter("x", null, null).IsIgnored("y", false));
        Assert.True(root.Enter("logs", null, null).IsIgnored("1.log", false));
        Assert.True(root.Enter("logs", null, null).Enter("z", null, null).IsIgnored("1.log", false));
        Assert.False(root.Enter("other", null, null).IsIgnored("1.log", false));
    }

    [Fact]
    public void Anchors_of_a_deeper_file_start_in_its_directory()
    {
        IgnoreRules sub = IgnoreRules.Root(Plain).Enter("sub", IgnoreFile.Parse("/build\nx/y"), null);
        Assert.True(sub.IsIgnored("build", true));
        Assert.True(sub.Enter("x", null, null).IsIgnored("y", false));
        Assert.False(IgnoreRules.Root(Plain).IsIgnored("build", true));
    }

    [Fact]
    public void Directories_without_own_rules_share_objects()
    {
        IgnoreRules root = IgnoreRules.Root(Plain, IgnoreFile.Parse("*.o\n/build\n**/x/y"), null);
        IgnoreRules one = root.Enter("one", null, null);
        Assert.Same(one, root.Enter("two", null, null));
        Assert.Same(one, one.Enter("three", null, null));
        Assert.Same(one, one.Enter("three", IgnoreFile.Parse("# nothing"), IgnoreFile.Parse("*.a")));
        Assert.NotSame(one, one.Enter("x", null, null));
        Assert.Same(IgnoreRules.Everything, IgnoreRules.Everything.Enter("a", IgnoreFile.Parse("!*"), null));
        Assert.True(IgnoreRules.Everything.IsIgnored("a", false));
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        IgnoreRules rules = IgnoreRules.Root(Vcs, IgnoreFile.Parse("*.o\n/build\n**/x/y\nfoo*bar\n[ab]?c\nname"), IgnoreFile.Parse("*.a\nout/"))
            .Enter("src", IgnoreFile.Parse("a/b\n!q.o"), null);
        string[] names = [.. Enumerable.Range(0, 100).Select(i => "file" + i.ToString(CultureInfo.InvariantCulture) + ".cs"), "é", "x.o", "name"];
        int ignored = 0;
        long before = 0;
        for (int round = 0; round < 3; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            foreach (string name in names)
                ignored += rules.IsIgnored(name, isDirectory: false) ? 1 : 0;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(6, ignored);
    }

    [Fact]
    public void Says_which_line_decided()
    {
        IgnoreRules root = IgnoreRules.Root(Plain, IgnoreFile.Parse("# objects\n*.o\n!keep.o"), null);
        Assert.Equal(2, root.Find("a.o", false)?.Pattern.Line);
        Assert.Equal(3, root.Find("keep.o", false)?.Pattern.Line);
        Assert.Null(root.Find("a.c", false));
    }

    [Fact]
    public void Mixed_case_settings_are_refused() =>
        Assert.Throws<ArgumentException>(() => IgnoreRules.Root(Plain, IgnoreFile.Parse("a", foldCase: true), null));
}
