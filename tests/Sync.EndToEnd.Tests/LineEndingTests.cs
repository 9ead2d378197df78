using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A guest that has CRLF where the share has LF.</summary>
public sealed class LineEndingTests
{
    private const string TextFiles = "{ \"lineEndings\": { \"crlf\": [\"*.txt\", \"*.bat\", \"!raw.txt\"] } }";

    private static int _tags;

    private static readonly byte[] Binary = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\n', 0, 1, (byte)'\n', 2];

    /// <summary>Long enough to be staged, and to have more than one chunk.</summary>
    private static readonly string LongText = string.Concat(Enumerable.Range(0, 30_000).Select(i => FormattableString.Invariant($"line {i} of many\n")));

    [Fact]
    public async Task Without_the_setting_every_file_is_byte_for_byte_the_same()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("lf.txt", "a\nb\n").Put("crlf.txt", "a\r\nb\r\n").Put("mixed.txt", "a\r\nb\n"));
        await pair.SyncAndCheckAsync();
        pair.Guest.Tree.Put("lf.txt", "a\r\nb\r\n").Put("new.bat", "x\r\n").Put("crlf.txt", "a\nb\n");
        await pair.SyncAndCheckAsync();
        pair.Check("lf.txt", "a\r\nb\r\n").Check("new.bat", "x\r\n").Check("crlf.txt", "a\nb\n");
    }

    [Fact]
    public async Task Text_has_CRLF_here_and_LF_there_and_all_else_is_what_it_is()
    {
        await using Pair pair = await StartAsync(tree => tree.Put("a.txt", "one\ntwo\n").Put("d/long.txt", LongText).Put("raw.txt", "a\n").Put("a.c", "a\n").Put("empty.txt", "").Put("word.txt", "word")
            .Put("picture.txt", Binary).Put("mixed.txt", "a\nb\r\nc\n").Put("old.txt", "a\rb\r").Put("windows.bat", "rem\r\n"));
        Both(pair, "a.txt", "one\ntwo\n");
        Both(pair, "d/long.txt", LongText);
        foreach (string same in (string[])["raw.txt", "a.c", "empty.txt", "word.txt", "picture.txt", "mixed.txt", "old.txt", "windows.bat"])
            Assert.Equal(File.ReadAllBytes(pair.Host.Tree.At(same)), File.ReadAllBytes(pair.Guest.Tree.At(same)));

        // Edits here and there.
        pair.Guest.Tree.Put("a.txt", "one\r\ntwo\r\nthree\r\n").Put("new.txt", "new\r\n").Put("deep/er/b.bat", "rem\r\n").Put("unix.txt", "lf\n").Put("word.txt", "two\r\nwords").Put("raw.txt", "b\r\n");
        pair.Host.Tree.Put("d/long.txt", "0\n" + LongText).Put("from host.txt", "x\ny");
        await pair.SyncAsync();
        Both(pair, "a.txt", "one\ntwo\nthree\n");
        Both(pair, "new.txt", "new\n");
        Both(pair, "deep/er/b.bat", "rem\n");
        Both(pair, "word.txt", "two\nwords");
        Both(pair, "d/long.txt", "0\n" + LongText);
        Both(pair, "from host.txt", "x\ny");
        pair.Check("raw.txt", "b\r\n").Check("unix.txt", "lf\n");

        // Back again, a long one too.
        pair.Host.Tree.Put("a.txt", "zero\n").Put("unix.txt", "lf\nagain\n");
        pair.Guest.Tree.Put("d/long.txt", ("1\n0\n" + LongText).ReplaceLineEndings("\r\n"));
        await pair.SyncAsync();
        Both(pair, "a.txt", "zero\n");
        Both(pair, "unix.txt", "lf\nagain\n");
        Both(pair, "d/long.txt", "1\n0\n" + LongText);

        // What stops being a text is what it is, and may become one again.
        pair.Guest.Tree.Put("a.txt", "zero\r\none\n");
        await pair.SyncAsync();
        pair.Check("a.txt", "zero\r\none\n");
        pair.Host.Tree.Put("a.txt", "zero\none\n");
        pair.Guest.Tree.Put("new.txt", Binary);
        await pair.SyncAsync();
        Both(pair, "a.txt", "zero\none\n");
        Assert.Equal(Binary, File.ReadAllBytes(pair.Host.Tree.At("new.txt")));
        (await pair.Guest.RunAsync("verify", "--deep")).Expect(0);
        NoCopies(pair);
    }

    [Fact]
    public async Task A_restart_proposes_nothing()
    {
        await using Pair pair = await StartAsync(tree => tree.Put("a.txt", "one\ntwo\n").Put("long.txt", LongText).Put("windows.bat", "rem\r\n").Put("picture.txt", Binary));
        pair.Guest.Tree.Put("b.txt", "b\r\n");
        await pair.SyncAsync();
        long revision = await RevisionAsync(pair);
        await pair.Guest.RestartAsync();
        await pair.SyncAsync();
        await pair.Guest.KillAsync();
        await pair.Guest.StartAsync();
        await pair.SyncAsync();
        Assert.Equal(revision, await RevisionAsync(pair));
        // Other line ends alone are no edit.
        long mtime = pair.Guest.Tree.Stat("a.txt").MtimeNs;
        pair.Guest.Tree.Put("a.txt", "one\ntwo\n").Mtime("a.txt", mtime);
        await pair.SyncAsync();
        pair.Guest.Tree.Put("a.txt", "one\r\ntwo\r\n").Mtime("a.txt", mtime);
        await pair.SyncAsync();
        pair.Host.Tree.Check("a.txt", "one\ntwo\n");
        (await pair.Guest.RunAsync("verify", "--deep")).Expect(0);
        Both(pair, "a.txt", "one\ntwo\n");
    }

    [Fact]
    public async Task Copies_moves_and_deletions_keep_to_it()
    {
        await using Pair pair = await StartAsync(tree => tree.Put("a.txt", "one\ntwo\n").Put("long.txt", LongText));
        // The bytes are on the guest's disk already, with other line ends.
        pair.Host.Tree.Put("copy.txt", "one\ntwo\n").Put("copy.dat", "one\ntwo\n").Put("long.dat", LongText);
        await pair.SyncAsync();
        Both(pair, "copy.txt", "one\ntwo\n");
        pair.Check("copy.dat", "one\ntwo\n").Check("long.dat", LongText);

        // Deleted and wanted again: from the version store.
        pair.Host.Tree.Delete("long.txt").Delete("long.dat").Delete("a.txt");
        await pair.SyncAsync();
        pair.Host.Tree.Put("again.txt", LongText).Put("again.dat", LongText);
        await pair.SyncAsync();
        Both(pair, "again.txt", LongText);
        pair.Check("again.dat", LongText);

        // Written beside and renamed, as careful programs do; a backup; a rename out of the patterns, which changes no bytes.
        pair.Guest.Tree.Put("copy.txt.tmp", "safe\r\n");
        await pair.SyncAsync();
        pair.Guest.Tree.Move("copy.txt.tmp", "saved.txt");
        File.Move(pair.Guest.Tree.At("copy.txt"), pair.Guest.Tree.At("copy.out"));
        await pair.SyncAsync();
        Both(pair, "saved.txt", "safe\n");
        pair.Host.Tree.Check("copy.out", "one\ntwo\n").Check("copy.txt", null);
        pair.Guest.Tree.Put("copy.out", "one\r\ntwo\r\nthree\r\n");
        await pair.SyncAsync();
        pair.Host.Tree.Check("copy.out", "one\ntwo\nthree\n");
        pair.Host.Tree.Move("saved.txt", "moved/saved.txt");
        await pair.SyncAsync();
        Both(pair, "moved/saved.txt", "safe\n");
        (await pair.Guest.RunAsync("verify", "--deep")).Expect(0);
        NoCopies(pair);
    }

    [Fact]
    public async Task Both_sides_edited_apart_keep_both()
    {
        await using Pair pair = await StartAsync(tree => tree.Put("a.txt", "one\n").Put("same.txt", "one\n").Put("long.txt", LongText));
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Put("a.txt", "host\n").Put("same.txt", "both\n").Put("long.txt", "host\n" + LongText);
            pair.Guest.Tree.Put("a.txt", "guest\r\n").Put("same.txt", "both\r\n").Put("long.txt", ("guest\n" + LongText).ReplaceLineEndings("\r\n"));
        });
        await pair.SyncAsync();
        await pair.SyncAsync();
        Both(pair, "a.txt", "host\n");
        Both(pair, "same.txt", "both\n");
        Both(pair, "long.txt", "host\n" + LongText);
        Assert.Empty(pair.Host.Tree.ConflictCopies("same.txt"));
        Both(pair, Assert.Single(pair.Host.Tree.ConflictCopies("a.txt")), "guest\n");
        Both(pair, Assert.Single(pair.Host.Tree.ConflictCopies("long.txt")), "guest\n" + LongText);
        (await pair.Guest.RunAsync("verify", "--deep")).Expect(0);
    }

    [Fact]
    public async Task The_setting_holds_for_what_is_placed_or_edited_after_it_was_made()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a.txt", "one\n").Put("b.txt", "one\n"));
        await pair.SyncAndCheckAsync();
        await SetAsync(pair.Guest, TextFiles);
        pair.Host.Tree.Put("a.txt", "one\ntwo\n");
        await pair.SyncAsync();
        Both(pair, "a.txt", "one\ntwo\n");
        pair.Check("b.txt", "one\n");
        pair.Guest.Tree.Put("b.txt", "one\r\ntwo\r\n");
        await pair.SyncAsync();
        Both(pair, "b.txt", "one\ntwo\n");

        await SetAsync(pair.Guest, "{}");
        await pair.Guest.RestartAsync();
        await pair.SyncAsync();
        pair.Host.Tree.Check("a.txt", "one\ntwo\n").Check("b.txt", "one\ntwo\n");
        // It has CRLF for LF until it is placed anew, also when it is edited.
        pair.Guest.Tree.Put("a.txt", "one\r\ntwo\r\nthree\r\n").Put("c.txt", "c\r\n");
        pair.Host.Tree.Put("b.txt", "b\n");
        await pair.SyncAsync();
        pair.Host.Tree.Check("a.txt", "one\ntwo\nthree\n").Check("c.txt", "c\r\n");
        pair.Check("b.txt", "b\n");
        NoCopies(pair);
    }

    [Fact]
    public async Task A_kill_while_texts_are_placed_leaves_no_edits_behind()
    {
        await using Pair pair = await StartAsync(tree => tree.Put("a.txt", "one\n"));
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 300; i++)
                pair.Host.Tree.Put(FormattableString.Invariant($"d{i % 7}/{i}.txt"), FormattableString.Invariant($"text {i}\nof round {round}\n"));
            string last = pair.Guest.Tree.At(FormattableString.Invariant($"d{round % 7}/{round}.txt"));
            int number = round;
            await Eventually.HoldsAsync(
                () => Task.FromResult(File.Exists(last) && File.ReadAllText(last).Contains(FormattableString.Invariant($"round {number}"), StringComparison.Ordinal)), () => $"placing has begun\n{pair.Guest}");
            await pair.Guest.KillAsync();
            await pair.Guest.StartAsync();
        }

        await pair.SyncAsync();
        for (int i = 0; i < 300; i++)
            Both(pair, FormattableString.Invariant($"d{i % 7}/{i}.txt"), FormattableString.Invariant($"text {i}\nof round 3\n"));
        NoCopies(pair);
        (await pair.Guest.RunAsync("verify", "--deep")).Expect(0);
    }

    [Fact]
    public async Task A_directory_that_has_the_share_with_CRLF_is_joined_without_conflicts()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a.txt", "one\n").Put("long.txt", LongText).Put("b.c", "b\n"));
        TestGuest guest = pair.NewGuest(tree => tree.Put("a.txt", "one\r\n").Put("long.txt", LongText.ReplaceLineEndings("\r\n")).Put("b.c", "b\n"));
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await File.WriteAllTextAsync(Path.Combine(guest.DataDirectory, "settings.json"), TextFiles, TestContext.Current.CancellationToken);
        await guest.StartAsync();
        await pair.SyncAsync();
        Both(pair, "a.txt", "one\n");
        Both(pair, "long.txt", LongText);
        NoCopies(pair);
    }

    /// <summary>A guest with the setting, that has what the host has.</summary>
    private static async Task<Pair> StartAsync(Action<TestTree> before)
    {
        Pair pair = await Pair.StartAsync(guests: 0, before: before);
        TestGuest guest = pair.NewGuest();
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await File.WriteAllTextAsync(Path.Combine(guest.DataDirectory, "settings.json"), TextFiles, TestContext.Current.CancellationToken);
        await guest.StartAsync();
        await pair.SyncAsync();
        return pair;
    }

    private static async Task SetAsync(TestGuest guest, string settings)
    {
        await File.WriteAllTextAsync(Path.Combine(guest.DataDirectory, "settings.json"), settings, TestContext.Current.CancellationToken);
        bool isSet = settings.Contains("crlf", StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            async () => (await guest.RunAsync("config", "show", "--json")).Expect(0).Output.Contains("lineEndings:crlf:0", StringComparison.Ordinal) == isSet, () => $"the agent has {settings}\n{guest}");
    }

    /// <summary>LF on the host, CRLF on the guest.</summary>
    private static void Both(Pair pair, string path, string lf)
    {
        Assert.True(lf == pair.Host.Tree.Read(path), $"{path} on the host: {Shown(pair.Host.Tree.Read(path))}\n{pair.Guest}");
        Assert.True(lf.ReplaceLineEndings("\r\n") == pair.Guest.Tree.Read(path), $"{path} on the guest: {Shown(pair.Guest.Tree.Read(path))}\n{pair.Guest}");
    }

    private static string Shown(string text) => (text.Length > 200 ? text[..200] : text).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static void NoCopies(Pair pair) => Assert.DoesNotContain(pair.Host.Tree.Paths().Concat(pair.Guest.Tree.Paths()), path => path.Contains("(conflict ", StringComparison.Ordinal));

    /// <summary>The last of the share's journal.</summary>
    private static async Task<long> RevisionAsync(Pair pair) => 
        (await pair.Host.RunAsync("tag", Pair.Share, FormattableString.Invariant($"at{Interlocked.Increment(ref _tags)}"), "--json")).Expect(0).Json.GetProperty("revision").GetInt64();
}
