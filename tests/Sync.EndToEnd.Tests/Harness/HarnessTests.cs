using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>The harness itself: a comparison that sees nothing would make every scenario pass.</summary>
public sealed class HarnessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sync-harness-").FullName;

    private TestTree Tree(string name) => new(Directory.CreateDirectory(Path.Combine(_directory, name)).FullName);

    private static string Diff(TestTree a, TestTree b) => TreeSnapshot.Diff(TreeSnapshot.Of(a.Root), TreeSnapshot.Of(b.Root));

    [Fact]
    public void Snapshots_see_each_kind_of_difference()
    {
        TestTree a = Tree("a"), b = Tree("b");
        foreach (TestTree tree in (TestTree[])[a, b])
            tree.Put("f", "same").Mtime("f", 1_000_000_001).MakeDirectory("d").Link("l", "f").Mtime("l", 5).Put(".sync/own", tree.Root);
        Assert.Equal("", Diff(a, b));
        b.Mtime("f", 1_000_000_002);
        Assert.Equal("f: mtime 1000000001 ≠ 1000000002 ns", Diff(a, b));
        b.Mtime("f", 1_000_000_001).Mode("f", (UnixFileMode)0x180);
        Assert.StartsWith("f: mode ", Diff(a, b), StringComparison.Ordinal);
        b.Mode("f", File.GetUnixFileMode(a.At("f"))).Put("f", "Same").Mtime("f", 1_000_000_001);
        Assert.StartsWith("f: content ", Diff(a, b), StringComparison.Ordinal);
        b.Delete("f").MakeDirectory("f");
        Assert.Equal("f: file in a, directory in b", Diff(a, b));
        b.Delete("f").Delete("l").Link("l", "g").Mtime("l", 5);
        Assert.Equal("f: a file only in a\nl: content f ≠ g", Diff(a, b));
    }

    [Fact]
    public void Trees_are_the_same_for_the_same_seed()
    {
        TestTree a = Tree("a"), b = Tree("b"), c = Tree("c");
        foreach (TestTree tree in (TestTree[])[a, b])
            new TreeMaker(1).Fill(tree, 80).Perturb(tree, 40);
        new TreeMaker(2).Fill(c, 80).Perturb(c, 40);
        // Times of writing differ; what was made does not.
        Assert.Equal(a.Paths(), b.Paths());
        Assert.Equal(
            TreeSnapshot.Of(a.Root).Entries.Select(entry => (entry.Key, entry.Value.Kind, entry.Value.Mode, entry.Value.Content)),
            TreeSnapshot.Of(b.Root).Entries.Select(entry => (entry.Key, entry.Value.Kind, entry.Value.Mode, entry.Value.Content)));
        Assert.NotEqual("", Diff(a, c));
    }

    [Fact]
    public async Task Processes_are_heard_signalled_and_ended()
    {
        await using ProcessRun said = ProcessRun.Start("/bin/sh", "-c", "echo out; echo err >&2; exit 3");
        CommandResult result = await said.EndAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((3, "out\n", "err\n"), (result.ExitCode, result.Output, result.Error));

        await using ProcessRun sleeping = ProcessRun.Start("/bin/sleep", "600");
        (await sleeping.EndBySignalAsync(Libc.SigTerm, TimeSpan.FromSeconds(30))).Expect(143);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
