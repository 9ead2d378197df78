using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Tests.Files;
using Xunit;

namespace Sync.Engine.Tests.Hostile;

/// <summary>A link swapped in for a directory at any moment of scan, read, stage, place, delete and restore: a whole share works beside somebody who
/// does nothing else, and nothing outside is read into it, written or deleted.</summary>
public sealed class SymlinkAttackTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    private static readonly string[] Names = ["f0", "f1", "f2", "f3", "victim", "e/f0", "e/victim"];

    /// <summary>The directory that is swapped, and what the link points to: one like the directory, or what is in it.</summary>
    [Theory]
    [InlineData("d")]
    [InlineData(".sync")]
    public async Task Nothing_outside_is_read_written_or_deleted(string swapped)
    {
        await using var host = await HostUnderTest.StartAsync(before: root =>
        {
            foreach (var name in Names)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(root, "d", name))!);
                File.WriteAllText(Path.Join(root, "d", name), "inside " + name);
            }
        });
        // As `.sync` looks, where that is what is swapped: staging, versions, displaced.
        string[] likeSync = ["staging/f0", "versions/f0", "displaced/f0", "mark", "cookie"];
        var outside = new Outside(host.At("outside"), [.. Names, .. likeSync]);
        var guest = await host.JoinAsync("alice");
        await EventuallyAsync(() => guest.Told.Values.Any(e => e.Name == "d") && guest.Told.Values.Count(e => e.Name == "victim") == 2);
        await KeepVersionAsync(host, guest);

        var counts = new Counts();
        using (var user = new SwappingUser(host.Root, swapped, outside.Path))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            stop.CancelAfter(Length);
            await Task.WhenAll(
                Task.Run(() => ProposeAsync(guest, counts, stop.Token), CancellationToken.None),
                Task.Run(() => RestoreAsync(host, counts, stop.Token), CancellationToken.None),
                Task.Run(() => WriteLocally(host.Root, counts, stop.Token), CancellationToken.None));
            counts.Swaps = user.Swaps;
        }

        TestContext.Current.SendDiagnosticMessage("{0}: {1}", swapped, counts);
        Assert.Null(outside.Changes());
        Assert.Equal("", Outside.LeakedInto(host.Root));
        Assert.Equal("", Outside.LeakedInto(host.At("data")));
        var secret = HostileSession.ContentOf(Encoding.UTF8.GetBytes(Outside.Secret));
        Assert.DoesNotContain(guest.Told.Values, e => e.Content == secret);
        Assert.True(counts is { Swaps: > 1000, Proposed: > 20 }, counts.ToString());
        if (swapped == "d") Assert.True(counts is { Written: > 0, Restored: > 0 }, counts.ToString());
    }

    /// <summary>Creates, replaces, changes the mode of and deletes what is in the directory, wherever that is by now.</summary>
    private static async Task ProposeAsync(HostileSession guest, Counts counts, CancellationToken stop)
    {
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            var directory = guest.Told.Values.FirstOrDefault(e => e is { Deleted: false, Kind: EntryKind.Directory } && e.Name is "d" or "link");
            if (directory is null)
            {
                await Task.Yield();
                continue;
            }

            var bytes = Encoding.UTF8.GetBytes("from alice " + round.ToString(CultureInfo.InvariantCulture));
            var changes = new List<Change> { HostileSession.New(guest.File("f" + (round % 4).ToString(CultureInfo.InvariantCulture), bytes, directory.Id), bytes) };
            foreach (var entry in guest.Told.Values.Where(e => e is { Deleted: false, Kind: EntryKind.File }).Take(20))
            {
                var turn = (entry.Id.Value + round) % 3;
                changes.Add(turn switch
                {
                    0 => new Change { Entry = entry with { Deleted = true }, Facets = Facets.Place, BasePlace = entry.PlaceRevision, BaseContent = entry.ContentRevision },
                    1 => new Change { Entry = entry with { Mode = (uint)(0x180 | (round & 0x3F)) }, Facets = Facets.Mode, BaseMode = entry.ModeRevision },
                    _ => new Change { Entry = entry with { Content = HostileSession.ContentOf(bytes), Size = bytes.Length }, Facets = Facets.Content, BaseContent = entry.ContentRevision, Inline = bytes },
                });
            }

            var outcomes = await guest.ProposeAsync([.. changes]);
            Interlocked.Add(ref counts.Proposed, outcomes.Count(o => o.Verdict == Verdict.Accepted));
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static async Task RestoreAsync(HostUnderTest host, Counts counts, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var versions = await host.Share.VersionsAsync(null, CancellationToken.None);
            foreach (var version in versions.Take(3))
            {
                foreach (var target in (string[])["d/victim", "d/e/victim", "d/only-outside"])
                {
                    try
                    {
                        await host.Share.RestoreAsync(version.Id, target, CancellationToken.None);
                        Interlocked.Increment(ref counts.Restored);
                    }
                    catch (IOException)
                    {
                        Interlocked.Increment(ref counts.NotRestored);
                    }
                }
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }

    /// <summary>Programs on the host, which save where the directory is: looked at, read, proposed.</summary>
    private static void WriteLocally(string root, Counts counts, CancellationToken stop)
    {
        IFileSystem? files;
        // While the link lies where `.sync` was, the root does not open.
        while (FileSystems.Open(root, out files) is var error and not FsError.None)
        {
            Assert.Equal(FsError.Escapes, error);
            if (stop.IsCancellationRequested) return;
        }

        using (files)
        {
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                var path = "d/l" + (round % 8).ToString(CultureInfo.InvariantCulture);
                if (files!.Create(path, out var file) == FsError.None)
                {
                    using (file) _ = file!.Write(0, Encoding.UTF8.GetBytes("local " + round.ToString(CultureInfo.InvariantCulture)));
                    counts.Written++;
                }
                else
                {
                    files.RemoveFile(path);
                }

                if (round % 16 == 0) stop.WaitHandle.WaitOne(1);
            }
        }
    }

    /// <summary>Something to restore.</summary>
    private static async Task KeepVersionAsync(HostUnderTest host, HostileSession guest)
    {
        var file = guest.Told.Values.First(e => e.Name == "f1");
        var bytes = "another"u8.ToArray();
        var change = new Change { Entry = file with { Content = HostileSession.ContentOf(bytes), Size = bytes.Length, MtimeNs = 5_000_000_000 }, Facets = Facets.Content, BaseContent = file.ContentRevision, Inline = bytes };
        Assert.Equal(Verdict.Accepted, (await guest.ProposeOneAsync(change)).Verdict);
        await host.SettledAsync();
        Assert.NotEmpty(await host.Share.VersionsAsync(null, TestContext.Current.CancellationToken));
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited++)
        {
            Assert.True(waited < 3000, "it did not come to be within 30 s");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private sealed record Counts
    {
        public long Swaps;
        public long Proposed;
        public long Restored;
        public long NotRestored;
        public long Written;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Swaps} swaps, {Proposed} proposals accepted, {Restored} versions restored ({NotRestored} refused), {Written} files written");
    }
}
