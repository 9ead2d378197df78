using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Tests.Files;
using Xunit;

namespace Sync.Engine.Tests.Hostile;

/// <summary>What a host may not do to a guest's machine: it writes in the directory that was joined, and nowhere else.</summary>
public sealed class HostileHostTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sync-hostile-").FullName;
    private readonly HostileHost _host = new();
    private Outside _outside = null!;
    private IReplica _guest = null!;
    private long _revision = 1;

    private string Root => Path.Join(_directory, "share");

    public async ValueTask InitializeAsync()
    {
        _outside = new Outside(Path.Join(_directory, "outside"), ["f", "d/f"]);
        Directory.CreateDirectory(Root);
        File.CreateSymbolicLink(Path.Join(Root, "out"), _outside.Path);
        var options = new ReplicaOptions { Share = "work", Root = Root, DataDirectory = Path.Join(_directory, "data"), Logging = NullLoggerFactory.Instance, Process = 1 };
        _guest = await GuestReplica.OpenAsync(options, _host, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _guest.DisposeAsync();
        Shell.Run("rm", "-rf", _directory);
    }

    [Fact]
    public async Task The_replicas_own_directory_is_not_the_hosts()
    {
        // At the root of a part the name is any other to the host's journal.
        var id = new EntryId(77);
        Welcome(root: id);
        var mark = Path.Join(Root, ".sync", "mark");
        Say(Folder(100, ".sync", id), FileOf(101, "mark", 100, "evil"), FileOf(102, "new", 100, "evil"), Folder(103, "versions", new EntryId(100)), FileOf(104, "good", 77, "good"));
        await ExistsAsync("good");
        Assert.False(File.Exists(Path.Join(Root, ".sync", "new")));
        Assert.True(!File.Exists(mark) || await File.ReadAllTextAsync(mark, TestContext.Current.CancellationToken) != "evil");

        // Nor can it be had by a move, by deleting it, or as a link.
        Say(Link(105, ".sync", id, _outside.Path), Folder(103, "versions", new EntryId(100)) with { Deleted = true, PlaceRevision = new Revision(++_revision) });
        Say(Folder(100, ".sync", id) with { Deleted = true, PlaceRevision = new Revision(++_revision) }, FileOf(106, "better", 77, "better"));
        await ExistsAsync("better");
        Assert.True(Directory.Exists(Path.Join(Root, ".sync", "staging")));
        Assert.Null(new DirectoryInfo(Path.Join(Root, ".sync")).LinkTarget);
    }

    [Fact]
    public async Task What_stands_behind_a_link_is_out_of_reach()
    {
        Welcome(EntryId.Root);
        // "out" is a link on this disk. To the host it is a directory, with files that are to be replaced, deleted, made.
        Say(Folder(100, "out", EntryId.Root), FileOf(101, "f", 100, "evil"), FileOf(102, "new", 100, "evil"), Folder(103, "d", new EntryId(100)), FileOf(104, "f", 103, "evil"), FileOf(105, "good", 1, "good"));
        await ExistsAsync("good");
        Say(FileOf(101, "f", 100, "evil") with { Deleted = true, PlaceRevision = new Revision(++_revision) }, FileOf(106, "better", 1, "better"));
        await ExistsAsync("better");
        Assert.Null(_outside.Changes());
    }

    [Fact]
    public async Task Links_are_made_as_links_and_not_written_through()
    {
        Welcome(EntryId.Root);
        Say(Link(100, "l", EntryId.Root, _outside.Path), Link(101, "m", EntryId.Root, "../outside/f"), FileOf(105, "good", 1, "good"));
        await ExistsAsync("good");
        // The link becomes a directory and a file, and what is in them is not behind it.
        Say(Link(100, "l", EntryId.Root, _outside.Path) with { Deleted = true, PlaceRevision = new Revision(++_revision) }, Folder(110, "l", EntryId.Root), FileOf(111, "f", 110, "mine"));
        Say(Link(101, "m", EntryId.Root, "../outside/f") with { Deleted = true, PlaceRevision = new Revision(++_revision) }, FileOf(112, "m", 1, "mine"), FileOf(106, "better", 1, "better"));
        await ExistsAsync("better");
        await ExistsAsync("l/f");
        Assert.Null(_outside.Changes());
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_id_are_not_placed()
    {
        Welcome(EntryId.Root);
        var right = FileOf(100, "f", 1, "right");
        _host.Contents[right.Content] = Encoding.UTF8.GetBytes("wrong");
        _host.Say(new HostMessage.Entries([right], [new(right.Content, Encoding.UTF8.GetBytes("wrong as well")), new(FileOf(1, "x", 1, "y").Content, new byte[300_000])]));
        _host.Say(new HostMessage.Committed(new Revision(_revision)));
        Say(FileOf(105, "good", 1, "good"));
        await ExistsAsync("good");
        Assert.False(File.Exists(Path.Join(Root, "f")));
        // It is asked for again, and comes when the bytes do.
        _host.Contents[right.Content] = Encoding.UTF8.GetBytes("right");
        await ExistsAsync("f");
        Assert.Equal("right", await File.ReadAllTextAsync(Path.Join(Root, "f"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rings_orphans_and_strange_links_do_not_stop_a_guest()
    {
        Welcome(EntryId.Root);
        Say(Folder(200, "a", new EntryId(201)), Folder(201, "b", new EntryId(200)), Folder(202, "c", new EntryId(999)), Folder(203, "d", new EntryId(203 + 1)));
        Say(Folder(204, "e", new EntryId(204 - 1)), Link(205, "l", EntryId.Root, "x") with { LinkTarget = null }, FileOf(206, "f", 205, "below a link"), FileOf(207, "g", 105, "below a file"));
        Say(FileOf(105, "good", 1, "good"));
        await ExistsAsync("good");
        Say(Folder(200, "a", new EntryId(201)) with { Deleted = true, PlaceRevision = new Revision(++_revision) }, FileOf(106, "better", 1, "better"));
        await ExistsAsync("better");
        var status = await _guest.StatusNowAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(ReplicaState.Halted, status.State);
    }

    private void Welcome(EntryId root) =>
        _host.Say(new HostMessage.Welcome(1, false, root, new Revision(1), new SharePolicy(), SyncDirection.TwoWay, false, "guest"));

    private void Say(params Entry[] entries)
    {
        _host.Say(new HostMessage.Entries(entries, []));
        _host.Say(new HostMessage.Committed(new Revision(_revision)));
    }

    private Entry Folder(long id, string name, EntryId parent) => New(id, name, parent, EntryKind.Directory);

    private Entry Link(long id, string name, EntryId parent, string target) => New(id, name, parent, EntryKind.Symlink) with { LinkTarget = target, Content = ContentIds.OfLink(target) };

    private Entry FileOf(long id, string name, long parent, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var content = HostileSession.ContentOf(bytes);
        _host.Contents.TryAdd(content, bytes);
        return New(id, name, new EntryId(parent), EntryKind.File) with { Content = content, Size = bytes.Length, MtimeNs = 1_000_000_000 };
    }

    private Entry New(long id, string name, EntryId parent, EntryKind kind)
    {
        var revision = new Revision(++_revision);
        return new Entry
        {
            Id = new EntryId(id), Parent = parent, Name = name, Kind = kind, Mode = kind == EntryKind.Directory ? 0x1EDu : 0x1A4u,
            PlaceRevision = revision, ContentRevision = revision, ModeRevision = revision,
        };
    }

    private async Task ExistsAsync(string path)
    {
        for (var waited = 0; !File.Exists(Path.Join(Root, path)); waited++)
        {
            if (waited >= 3000) Assert.Fail($"{path} did not come within 30 s: {await _guest.StatusNowAsync(TestContext.Current.CancellationToken)}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
