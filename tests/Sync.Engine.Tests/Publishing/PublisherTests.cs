using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Publishing;
using Sync.Engine.Tests.Files;
using Sync.Engine.Tests.Hostile;
using Sync.Engine.Tests.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Publishing;

public sealed class PublisherTests : IDisposable
{
    private readonly string _out = Directory.CreateTempSubdirectory("sync-push-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Shell.Run("rm", "-rf", _out);

    [Fact]
    public async Task A_directory_of_the_share_becomes_the_same()
    {
        await using var host = await HostUnderTest.StartAsync(before: root =>
        {
            Write(root, "there/old", "old"u8);
            Write(root, "there/same", "same"u8);
            Write(root, "there/kind", "a file here"u8);
            Write(root, "elsewhere", "e"u8);
        });
        var large = TestContents.Random(3_000_000);
        Write(_out, "same", "same"u8);
        Write(_out, "large", large);
        Write(_out, "kind/now/deep", "a directory here"u8);
        Write(_out, "empty", []);
        Directory.CreateDirectory(Path.Join(_out, "nothing in it"));
        File.CreateSymbolicLink(Path.Join(_out, "link"), "large");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Join(_out, "empty"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var link = new PushLink(host);
        var result = await PushAsync(link, "there");
        Assert.Empty(result.Problems);
        Assert.Empty(result.Conflicts);
        Assert.Equal("", Diff(host, "there"));
        Assert.True(File.Exists(Path.Join(host.Root, "elsewhere")));
        Assert.Equal(["delete there/kind", "delete there/old"], Names(result, PublishAction.Delete).Order(StringComparer.Ordinal));
        Assert.Equal(3_000_000, link.Uploaded);
        // Nothing is left where it came from.
        Assert.False(Directory.Exists(Path.Join(_out, ".sync")));

        var again = await PushAsync(link, "there");
        Assert.Empty(again.Items);
        Assert.Equal((0L, 8L, 3_000_000L), (again.BytesSent, again.Unchanged, link.Uploaded));
    }

    [Fact]
    public async Task What_the_share_has_anywhere_is_not_sent()
    {
        var large = TestContents.Random(500_000);
        await using var host = await HostUnderTest.StartAsync(before: root =>
        {
            Write(root, "a/large", large);
            Write(root, "a/small", "small"u8);
        });
        Write(_out, "b/large", large);
        Write(_out, "b/small", "small"u8);
        var link = new PushLink(host);
        var result = await PushAsync(link, "");
        Assert.Equal((0L, 0L), (result.BytesSent, link.Uploaded));
        Assert.Equal("", Diff(host, ""));
    }

    [Fact]
    public async Task A_directory_that_is_missing_is_made_with_those_above_it()
    {
        await using var host = await HostUnderTest.StartAsync(before: root => Write(root, "a/other", "o"u8));
        Write(_out, "f", "f"u8);
        await PushAsync(new PushLink(host), "a/b/c");
        Assert.Equal("", Diff(host, "a/b/c"));
        Assert.True(File.Exists(Path.Join(host.Root, "a/other")));
        var failure = await Assert.ThrowsAsync<PublishException>(() => PushAsync(new PushLink(host), "a/other/d"));
        Assert.Equal(PublishFailure.InTheWay, failure.Failure);
    }

    [Fact]
    public async Task What_another_changes_meanwhile_is_a_conflict_and_not_lost()
    {
        await using var host = await HostUnderTest.StartAsync(before: root =>
        {
            Write(root, "file", "before"u8);
            Write(root, "gone here", "before"u8);
        });
        Write(_out, "file", "pushed"u8);
        Write(_out, "new", "pushed too"u8);
        var link = new PushLink(host)
        {
            BeforeProposal = async () =>
            {
                Write(host.Root, "file", "by another"u8);
                Write(host.Root, "gone here", "edited by another"u8);
                Write(host.Root, "new", "new by another"u8);
                await host.SettledAsync();
            },
        };
        var result = await PushAsync(link, "");
        await host.SettledAsync();
        Assert.Equal([("file", true), ("gone here", false), ("new", true)], result.Conflicts.Select(c => (c.Path, c.IsCopied)).OrderBy(c => c.Path, StringComparer.Ordinal));
        Assert.Equal("by another", File.ReadAllText(Path.Join(host.Root, "file")));
        Assert.Equal("edited by another", File.ReadAllText(Path.Join(host.Root, "gone here")));
        Assert.Equal(["pushed", "pushed too"], Directory.EnumerateFiles(host.Root, "*(conflict pusher *").Select(File.ReadAllText).Order(StringComparer.Ordinal));
        Assert.Empty(result.Problems);
    }

    [Fact]
    public async Task A_file_that_changes_meanwhile_is_pushed_as_it_is_then()
    {
        await using var host = await HostUnderTest.StartAsync();
        Write(_out, "a", "first"u8);
        Write(_out, "large", TestContents.Random(500_000));
        var changed = TestContents.Random(400_000, seed: 7);
        var link = new PushLink(host)
        {
            BeforeProposal = () =>
            {
                Write(_out, "large", changed);
                return Task.CompletedTask;
            },
        };
        await PushAsync(link, "");
        Assert.Equal(changed, File.ReadAllBytes(Path.Join(host.Root, "large")));
        Assert.Equal("", Diff(host, ""));
    }

    [Fact]
    public async Task What_the_host_has_lost_is_sent()
    {
        var large = TestContents.Random(500_000);
        await using var host = await HostUnderTest.StartAsync(before: root =>
        {
            Write(root, "a/large", large);
            Write(root, "a/small", "small"u8);
        });
        Write(_out, "b/large", large);
        Write(_out, "b/small", "small"u8);
        var link = new PushLink(host)
        {
            BeforeProposal = async () =>
            {
                // As a user may, where there are no versions of what a user does.
                Directory.Delete(Path.Join(host.Root, "a"), recursive: true);
                await host.SettledAsync();
            },
        };
        var result = await PushAsync(link, "", keepExtra: true);
        Assert.Equal("", Diff(host, ""));
        Assert.Equal(500_000, link.Uploaded);
        Assert.Empty(result.Problems);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await using var host = await HostUnderTest.StartAsync(before: root => Write(root, "old", "o"u8));
        Write(_out, "new", "n"u8);
        var result = await Publisher.RunAsync(Options("") with { DryRun = true }, new PushLink(host), null, Cancel);
        Assert.Equal(["create new", "delete old"], result.Items.Select(i => $"{(i.Action == PublishAction.Add ? "create" : "delete")} {i.Path}").Order(StringComparer.Ordinal));
        await host.SettledAsync();
        Assert.Equal(["old"], Directory.EnumerateFiles(host.Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Much_is_deleted_only_where_that_is_said()
    {
        await using var host = await HostUnderTest.StartAsync(before: root =>
        {
            for (var i = 0; i < 150; i++) Write(root, $"f{i}", "f"u8);
        });
        Assert.Equal(PublishFailure.TooManyDeletions, (await Assert.ThrowsAsync<PublishException>(() => PushAsync(new PushLink(host), ""))).Failure);
        for (var i = 0; i < 30; i++) Write(_out, $"f{i}", "f"u8);
        Assert.Equal(PublishFailure.TooManyDeletions, (await Assert.ThrowsAsync<PublishException>(() => PushAsync(new PushLink(host), ""))).Failure);
        Assert.Equal(150, Directory.EnumerateFiles(host.Root).Count());
        await PushAsync(new PushLink(host), "", keepExtra: true);
        Assert.Equal(150, Directory.EnumerateFiles(host.Root).Count());
        await Publisher.RunAsync(Options("") with { Force = true }, new PushLink(host), null, Cancel);
        Assert.Equal("", Diff(host, ""));
    }

    [Fact]
    public async Task What_is_left_out_is_neither_pushed_nor_deleted()
    {
        await using var host = await HostUnderTest.StartAsync(new SharePolicy { Ignore = ["*.tmp", "/there/deep/"] }, root => Write(root, "there/kept.log", "k"u8));
        Write(_out, "a", "a"u8);
        Write(_out, "a.tmp", "a"u8);
        Write(_out, "deep/b", "b"u8);
        Write(_out, "more/c.log", "c"u8);
        Write(_out, ".syncignore", "*.log\n"u8);
        await PushAsync(new PushLink(host), "there");
        Assert.Equal([".syncignore", "a", "kept.log", "more"], Directory.EnumerateFileSystemEntries(Path.Join(host.Root, "there")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(host.Root, "there/more")));
    }

    [Fact]
    public async Task Who_may_not_write_is_told_at_once()
    {
        await using var host = await HostUnderTest.StartAsync();
        Write(_out, "a", "a"u8);
        Assert.Equal(LinkFailure.NotAllowed, (await Assert.ThrowsAsync<LinkException>(() => PushAsync(new PushLink(host) { ReadOnly = true }, ""))).Failure);
        Assert.Equal(PublishFailure.Unreadable, (await Assert.ThrowsAsync<PublishException>(() => Publisher.RunAsync(Options("") with { Directory = Path.Join(_out, "a") }, new PushLink(host), null, Cancel))).Failure);
        Assert.Equal(PublishFailure.Unreadable, (await Assert.ThrowsAsync<PublishException>(() => Publisher.RunAsync(Options("") with { Directory = Path.Join(_out, "no") }, new PushLink(host), null, Cancel))).Failure);
    }

    private static void Write(string root, string path, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(root, path))!);
        File.WriteAllBytes(Path.Join(root, path), bytes);
    }

    private static IEnumerable<string> Names(PublishResult result, PublishAction action) =>
        result.Items.Where(i => i.Action == action).Select(i => $"{action.ToString().ToLowerInvariant()} {i.Path}");

    private PublishOptions Options(string subPath) => new() { Share = "work", Directory = _out, SubPath = subPath, Process = 77 };

    private Task<PublishResult> PushAsync(PushLink link, string subPath, bool keepExtra = false) =>
        Publisher.RunAsync(Options(subPath) with { KeepExtra = keepExtra }, link, null, Cancel);

    /// <summary>What differs between the pushed directory and the share's: names, kinds, bytes, modes, targets, mtimes.</summary>
    private string Diff(HostUnderTest host, string subPath) => string.Join('\n', Describe(_out).Except(Describe(Path.Join(host.Root, subPath)))
        .Concat(Describe(Path.Join(host.Root, subPath)).Except(Describe(_out)).Select(line => "only there: " + line)));

    private static List<string> Describe(string root) =>
        [.. new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(info => (Path: Path.GetRelativePath(root, info.FullName), Info: info))
            .Where(i => i.Path != ".sync" && !i.Path.StartsWith(".sync/", StringComparison.Ordinal))
            .Select(i => i.Info.LinkTarget is { } target ? $"{i.Path} -> {target}"
                : i.Info is FileInfo file ? $"{i.Path} {file.UnixFileMode} {file.LastWriteTimeUtc.Ticks} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.FullName)))[..16]}"
                : $"{i.Path}/ {i.Info.UnixFileMode}")];
}
