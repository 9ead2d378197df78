using Sync.Engine.Files;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>What every <see cref="IFileSystem"/> promises.</summary>
public sealed class FileSystemContractTests
{
    public static TheoryData<string> All => FileSystemUnderTest.All;

    public static TheoryData<string> Linux => FileSystemUnderTest.Linux;

    [Theory, MemberData(nameof(All))]
    public void A_created_file_reads_back_with_its_meta(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Create("a", "hello"u8, 0x1E8, 1_234_567_891_123_456_700);
        var stat = test.Stat("a");
        Assert.Equal(EntryKind.File, stat.Kind);
        Assert.Equal(0x1E8u, stat.Mode);
        Assert.Equal(5, stat.Stamp.Size);
        Assert.Equal(1_234_567_891_123_456_700, stat.Stamp.MtimeNs);
        Assert.Equal("hello", test.Read("a"));
        Assert.Equal(FsError.Exists, test.Fs.Create("a", out _));
        Assert.Equal(FsError.NotFound, test.Fs.Create("missing/a", out _));
        Assert.Equal(FsError.NotFound, test.Fs.OpenRead("missing", out _));
    }

    [Theory, MemberData(nameof(Linux))]
    public void Mtimes_keep_their_nanoseconds_also_before_1970(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        foreach (var mtime in new[] { 1_234_567_891_123_456_789, 0, -1_000_000_001, 4_102_444_800_000_000_001 })
        {
            test.Create("f" + mtime, "x"u8, mtimeNs: mtime);
            Assert.Equal(mtime, test.Stat("f" + mtime).Stamp.MtimeNs);
            Assert.Equal(FsError.None, test.Fs.SetMtime("f" + mtime, mtime + 7));
            Assert.Equal(mtime + 7, test.Stat("f" + mtime).Stamp.MtimeNs);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void A_file_under_private_directory_is_opened_to_go_on(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Create(".sync/staged", "0123456789"u8);
        Assert.Equal(FsError.None, test.Fs.OpenWrite(".sync/staged", out var file));
        using (file)
        {
            Assert.Equal(FsError.None, file!.Write(3, "abc"u8));
            var buffer = new byte[20];
            Assert.Equal(FsError.None, file.Read(0, buffer, out var read));
            Assert.Equal("012abc6789", System.Text.Encoding.UTF8.GetString(buffer, 0, read));
            Assert.Equal(FsError.None, file.SetLength(4));
            Assert.Equal(FsError.None, file.Sync());
            file.BeginWriteBack();
            Assert.Equal(FsError.None, file.Stat(out var stat));
            Assert.Equal(4, stat.Stamp.Size);
        }

        test.Write("outside", "x");
        Assert.Equal(FsError.Invalid, test.Fs.OpenWrite("outside", out _));
    }

    [Theory, MemberData(nameof(All))]
    public void A_rename_without_replace_leaves_what_stands(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("a", "A");
        test.Write("b", "B");
        Assert.Equal(FsError.Exists, test.Fs.Rename("a", "b", RenameMode.NoReplace));
        Assert.Equal("B", test.Read("b"));
        Assert.Equal(FsError.None, test.Fs.Rename("a", "c", RenameMode.NoReplace));
        Assert.Equal("A", test.Read("c"));
        Assert.Equal(FsError.NotFound, test.Fs.Stat("a", out _));
        Assert.Equal(FsError.None, test.Fs.Rename("c", "b", RenameMode.Replace));
        Assert.Equal("A", test.Read("b"));
        Assert.Equal(FsError.NotFound, test.Fs.Rename("nothing", "d", RenameMode.NoReplace));
    }

    [Theory, MemberData(nameof(Linux))]
    public void An_exchange_swaps_and_keeps_identities(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        Assert.True(test.Fs.Traits.CanExchange);
        test.Write("d/a", "A");
        test.Write("b", "B");
        var (a, b) = (test.Stat("d/a"), test.Stat("b"));
        Assert.Equal(FsError.None, test.Fs.Rename("d/a", "b", RenameMode.Exchange));
        Assert.Equal("B", test.Read("d/a"));
        Assert.Equal("A", test.Read("b"));
        Assert.True(test.Stat("b").Stamp.SameButCtime(a.Stamp));
        Assert.True(test.Stat("d/a").Stamp.SameButCtime(b.Stamp));
        Assert.Equal(FsError.NotFound, test.Fs.Rename("b", "missing", RenameMode.Exchange));
        Assert.Equal(FsError.Invalid, test.Fs.Rename("d", "d/e", RenameMode.NoReplace));
    }

    [Theory, MemberData(nameof(All))]
    public void A_directory_is_made_listed_and_removed(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        Assert.Equal(FsError.None, test.Fs.MakeDirectory("d", 0x1F8));
        Assert.Equal(0x1F8u, test.Stat("d").Mode);
        Assert.Equal(FsError.Exists, test.Fs.MakeDirectory("d", 0x1F8));
        Assert.Equal(FsError.Exists, test.Fs.MakeDirectory("", 0x1F8));
        test.Create("d/f", "x"u8);
        Assert.Equal(FsError.None, test.Fs.MakeSymlink("d/l", "../nowhere"));
        Assert.Equal(FsError.None, test.Fs.MakeDirectory("d/sub", 0x1ED));
        Assert.Equal(FsError.None, test.Fs.MakeDirectory("d/other", 0x1E8, out var made));
        Assert.Equal(FsError.None, test.Fs.Stat("d/other", out var there));
        Assert.Equal(there, made);
        Assert.Equal(FsError.None, test.Fs.RemoveDirectory("d/other"));
        var items = new List<DirectoryItem>();
        Assert.Equal(FsError.None, test.Fs.List("d", items));
        Assert.Equal(["f File", "l Symlink", "sub Directory"], items.Select(i => i.Name + " " + i.Stat.Kind).Order(StringComparer.Ordinal));
        Assert.All(items, i => Assert.Equal(test.Stat("d/" + i.Name), i.Stat));
        Assert.Equal(FsError.NotEmpty, test.Fs.RemoveDirectory("d"));
        Assert.Equal(FsError.IsDirectory, test.Fs.RemoveFile("d/sub"));
        Assert.Equal(FsError.NotDirectory, test.Fs.RemoveDirectory("d/f"));
        Assert.Equal(FsError.None, test.Fs.RemoveFile("d/f"));
        Assert.Equal(FsError.None, test.Fs.RemoveFile("d/l"));
        Assert.Equal(FsError.None, test.Fs.RemoveDirectory("d/sub"));
        Assert.Equal(FsError.None, test.Fs.RemoveDirectory("d"));
        Assert.Equal(FsError.NotFound, test.Fs.List("d", items));
    }

    [Theory, MemberData(nameof(All))]
    public void The_root_is_the_empty_path(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        Assert.Equal(EntryKind.Directory, test.Stat("").Kind);
        var items = new List<DirectoryItem>();
        Assert.Equal(FsError.None, test.Fs.List("", items));
        Assert.Equal([".sync"], items.Select(i => i.Name));
        Assert.Equal(0x1C0u, items[0].Stat.Mode);
        Assert.Equal(FsError.Invalid, test.Fs.RemoveDirectory(""));
        Assert.Equal(FsError.Invalid, test.Fs.Rename("", "x", RenameMode.NoReplace));
        Assert.Equal(FsError.None, test.Fs.SetMode("", 0x1ED));
        Assert.Equal(FsError.None, test.Fs.SetMtime("", 1_000_000_000_000_000_000));
        Assert.Equal(1_000_000_000_000_000_000, test.Stat("").Stamp.MtimeNs);
        Assert.Equal(FsError.None, test.Fs.Sync(""));
        Assert.Equal(FsError.None, test.Fs.SyncAll());
        Assert.Equal(FsError.None, test.Fs.Space(out var free, out var total));
        Assert.InRange(free, 1, total);
    }

    [Theory, MemberData(nameof(All))]
    public void Links_are_kept_as_links(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("outside", "untouched");
        Assert.Equal(FsError.None, test.Fs.SetMode("outside", 0x180));
        var before = test.Stat("outside");
        Assert.Equal(FsError.None, test.Fs.MakeSymlink("l", "outside"));
        Assert.Equal(FsError.None, test.Fs.ReadLink("l", out var target));
        Assert.Equal("outside", target);
        Assert.Equal(EntryKind.Symlink, test.Stat("l").Kind);
        Assert.Equal(FsError.Exists, test.Fs.MakeSymlink("l", "other"));
        Assert.Equal(FsError.Invalid, test.Fs.ReadLink("outside", out _));
        Assert.Equal(FsError.Escapes, test.Fs.OpenRead("l", out _));
        Assert.Equal(FsError.Unsupported, test.Fs.SetMode("l", 0x1FF));
        Assert.Equal(before, test.Stat("outside"));
    }

    [Theory, MemberData(nameof(Linux))]
    public void Owner_and_mtime_of_a_link_are_its_own(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("outside", "untouched");
        var before = test.Stat("outside");
        Assert.Equal(FsError.None, test.Fs.MakeSymlink("l", "outside"));
        Assert.Equal(FsError.None, test.Fs.SetMtime("l", 77));
        Assert.Equal(77, test.Stat("l").Stamp.MtimeNs);
        if (Environment.IsPrivilegedProcess)
        {
            const ulong Nobody = (65534UL << 32) | 65533;
            Assert.Equal(FsError.None, test.Fs.SetOwner("l", Nobody));
            Assert.Equal(Nobody, test.Stat("l").Owner);
        }

        Assert.Equal(before, test.Stat("outside"));
    }

    [Theory, MemberData(nameof(All))]
    public void Paths_that_are_no_paths_are_refused(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("d/f", "x");
        Assert.Equal(FsError.Escapes, test.Fs.Stat("..", out _));
        Assert.Equal(FsError.Escapes, test.Fs.Stat("d/../d/f", out _));
        Assert.Equal(FsError.Escapes, test.Fs.Create("../f", out _));
        Assert.Equal(FsError.Escapes, test.Fs.Rename("d/f", "d/../../f", RenameMode.NoReplace));
        foreach (var path in new[] { "/etc", "d//f", "d/", "./d", "d/.", "d\0/f", "d/\uD800" })
        {
            Assert.Equal(FsError.BadName, test.Fs.Stat(path, out _));
            Assert.Equal(FsError.BadName, test.Fs.Create(path, out _));
        }

        Assert.Equal(FsError.NameTooLong, test.Fs.Create(new string('n', 256), out _));
        Assert.Equal(FsError.NotDirectory, test.Fs.Stat("d/f/x", out _));
    }

    [Theory, MemberData(nameof(All))]
    public void Names_of_255_bytes_and_of_any_script_are_kept(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        string[] names = [new string('n', 255), new string('ü', 127), "日本語", "a\u0301", "\u00E1", " ", "\\", "new\nline", "😀"];
        foreach (var name in names)
            test.Create(name, "x"u8);
        var items = new List<DirectoryItem>();
        Assert.Equal(FsError.None, test.Fs.List("", items));
        Assert.Equal(names.Append(".sync").Order(StringComparer.Ordinal), items.Select(i => i.Name).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Linux))]
    public void A_path_of_more_than_4096_bytes_works(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        var name = new string('p', 250);
        var path = name;
        for (var depth = 0; depth < 40; depth++)
        {
            Assert.Equal(FsError.None, test.Fs.MakeDirectory(path, 0x1ED));
            path += "/" + name;
        }

        Assert.True(path.Length > 2 * 4096);
        test.Create(path, "deep"u8);
        Assert.Equal("deep", test.Read(path));
        Assert.Equal(FsError.None, test.Fs.Rename(path, path + "2", RenameMode.NoReplace));
        var items = new List<DirectoryItem>();
        Assert.Equal(FsError.None, test.Fs.List(path[..path.LastIndexOf('/')], items));
        Assert.Equal(name + "2", Assert.Single(items).Name);
        Assert.Equal(FsError.NameTooLong, test.Fs.Stat(new string('n', 5000), out _));
    }

    [Theory, MemberData(nameof(Linux))]
    public void A_name_that_is_not_utf8_is_listed_escaped(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        Raw.MakeDirectory(test.Root, [(byte)'a', 0xFF, 0xC3, (byte)'z']);
        var items = new List<DirectoryItem>();
        Assert.Equal(FsError.None, test.Fs.List("", items));
        var item = Assert.Single(items, i => i.Name is null);
        Assert.Equal(@"a\xFF\xC3z", item.Display);
        Assert.Equal(EntryKind.Directory, item.Stat.Kind);
        Raw.MakeSymlink([0xFE], test.At("l"));
        Assert.Equal(FsError.BadName, test.Fs.ReadLink("l", out _));
    }

    [Theory, MemberData(nameof(Linux))]
    public void A_fifo_is_special_and_opening_it_does_not_block(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        Raw.MakeFifo(test.At("fifo"));
        Assert.Equal(EntryKind.Special, test.Stat("fifo").Kind);
        Assert.Equal(FsError.Invalid, test.Fs.OpenRead("fifo", out _));
        test.Write("d/f", "x");
        Assert.Equal(FsError.IsDirectory, test.Fs.OpenRead("d", out _));
        Assert.Equal(FsError.None, test.Fs.RemoveFile("fifo"));
    }

    [Theory, MemberData(nameof(Linux))]
    public void Holes_are_found_and_copied_as_holes(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        const long Far = 64 << 20;
        Assert.Equal(FsError.None, test.Fs.Create("sparse", out var file));
        using (file)
        {
            Assert.Equal(FsError.None, file!.Write(Far, "data"u8));
            Assert.Equal(FsError.None, file.SetLength(2 * Far));
        }

        Assert.Equal(FsError.None, test.Fs.OpenRead("sparse", out var source));
        using (source)
        {
            Assert.Equal(Far, source!.NextData(0));
            Assert.Equal(Far + 1, source.NextData(Far + 1));
            Assert.Equal(2 * Far, source.NextData(Far + (1 << 20)));
            Assert.Equal(2 * Far, source.NextData(3 * Far));
            Assert.Equal(FsError.None, test.Fs.Create("copy", out var copy));
            using (copy)
            {
                Assert.Equal(FsError.None, copy!.CopyFrom(source, 0, 0, 2 * Far));
                var buffer = new byte[4];
                Assert.Equal(FsError.None, copy.Read(Far, buffer, out _));
                Assert.Equal("data"u8, buffer);
                Assert.Equal(FsError.None, copy.Stat(out var stat));
                Assert.Equal(2 * Far, stat.Stamp.Size);
                Assert.InRange(stat.Blocks * 512, 1, 1 << 20);

                // Over what stands already, a hole must come out as zeros.
                Assert.Equal(FsError.None, copy.CopyFrom(source, 0, Far, 4));
                Assert.Equal(FsError.None, copy.Read(Far, buffer, out _));
                Assert.Equal(new byte[4], buffer);
                Assert.Equal(FsError.Invalid, copy.CopyFrom(source, 2 * Far, 0, 1));
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void A_root_that_was_moved_or_replaced_is_not_intact(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        Assert.True(test.Fs.RootIsIntact);
        Directory.Move(test.Root, test.Root + "-moved");
        Assert.False(test.Fs.RootIsIntact);
        if (implementation != "portable")
        {
            Directory.CreateDirectory(test.Root);
            Assert.False(test.Fs.RootIsIntact);
            test.Create("still-there", "x"u8);
            Assert.True(File.Exists(test.Root + "-moved/still-there"));
            Directory.Delete(test.Root);
        }

        Directory.Move(test.Root + "-moved", test.Root);
        Assert.True(test.Fs.RootIsIntact);
    }

    [Theory, MemberData(nameof(All))]
    public void The_private_directory_must_be_a_directory(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Fs.Dispose();
        Directory.Delete(test.At(".sync"));
        File.CreateSymbolicLink(test.At(".sync"), "/tmp");
        Assert.Equal(FsError.Escapes, OpenAgain());
        File.Delete(test.At(".sync"));
        File.WriteAllText(test.At(".sync"), "");
        Assert.Equal(FsError.NotDirectory, OpenAgain());
        File.Delete(test.At(".sync"));
        Assert.Equal(FsError.None, OpenAgain());

        FsError OpenAgain()
        {
            IFileSystem? fs = null;
            var error = implementation switch
            {
                "portable" => Sync.Engine.Files.Portable.PortableFileSystem.Open(test.Root, out var portable) is var e && (fs = portable) == portable ? e : e,
                _ => Sync.Engine.Files.Linux.LinuxFileSystem.Open(test.Root, implementation == "linux by steps", out var linux) is var e && (fs = linux) == linux ? e : e,
            };
            fs?.Dispose();
            return error;
        }
    }

    [Fact]
    public void A_root_that_is_missing_or_no_directory_is_refused()
    {
        using var test = new FileSystemUnderTest("linux");
        test.Write("f", "");
        Assert.Equal(FsError.NotFound, FileSystems.Open(test.At("missing"), out _));
        Assert.Equal(FsError.NotDirectory, FileSystems.Open(test.At("f"), out _));
    }

    [Theory, MemberData(nameof(Linux))]
    public void Traits_tell_the_truth(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        var traits = test.Fs.Traits;
        Assert.False(traits.FoldsCase);
        Assert.True(traits.CanExchange);
        Assert.True(traits.HasModes);
        Assert.True(traits.HasSymlinks);
        Assert.Equal(1, traits.MtimeGrainNs);
        Assert.False(traits.NeedsPolling);
        if (implementation == "linux on tmpfs")
            Assert.Equal("tmpfs", traits.Name);
        Assert.Empty(Directory.EnumerateFileSystemEntries(test.At(".sync")));
        test.Reopen();
        Assert.Equal(traits, test.Fs.Traits);
    }
}
