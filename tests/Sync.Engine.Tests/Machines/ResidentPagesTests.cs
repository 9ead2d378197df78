using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sync.Engine.Machines;
using Xunit;

namespace Sync.Engine.Tests.Machines;

/// <summary>What is given back is the file's own, and nothing else.</summary>
[Collection(nameof(Files.AloneCollection))]
public sealed unsafe partial class ResidentPagesTests : IDisposable
{
    private const int Length = 1 << 20;
    private const int Read = 1;
    private const int Write = 2;
    private const int Private = 2;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"sync-test-{Guid.NewGuid():N}");
    private readonly SafeFileHandle _file;

    public ResidentPagesTests()
    {
        File.WriteAllBytes(_path, [.. Enumerable.Range(0, Length).Select(static i => (byte)i)]);
        _file = File.OpenHandle(_path);
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Pages_of_a_file_are_given_back_and_are_there_again_when_they_are_read()
    {
        var at = mmap(0, Length, Read, Private, _file, 0);
        Assert.NotEqual(-1, at);
        var sum = Sum(at);
        Assert.Equal(Length, Resident(at));

        ResidentPages.Note();
        ResidentPages.GiveBack();

        Assert.Equal(0, Resident(at));
        Assert.Equal(sum, Sum(at));
        Assert.Equal(0, munmap(at, Length));
    }

    [Fact]
    public void What_was_mapped_since_is_left_for_the_next_time()
    {
        ResidentPages.Note();
        var at = mmap(0, Length, Read, Private, _file, 0);
        Assert.NotEqual(-1, at);
        _ = Sum(at);

        ResidentPages.GiveBack();
        Assert.Equal(Length, Resident(at));
        ResidentPages.GiveBack();
        Assert.Equal(0, Resident(at));
        Assert.Equal(0, munmap(at, Length));
    }

    [Fact]
    public void A_page_that_was_written_to_is_kept_with_all_of_its_mapping()
    {
        var at = mmap(0, Length, Read | Write, Private, _file, 0);
        Assert.NotEqual(-1, at);
        *(byte*)(at + 5000) = 77;
        Assert.Equal(0, mprotect(at, Length, Read));

        ResidentPages.Note();
        ResidentPages.GiveBack();

        Assert.Equal(77, *(byte*)(at + 5000));
        Assert.Equal(0, munmap(at, Length));
    }

    [Fact]
    public void Of_a_report_only_unwritten_files_that_nobody_may_write_to_are_taken()
    {
        string[] report =
        [
            "1000-2000 r-xp 00000000 fe:00 7 /bin/program", "Rss:  4 kB", "Anonymous:  0 kB", "Swap:  0 kB",
            "2000-3000 r--p 00001000 fe:00 7 /bin/program", "Rss:  4 kB", "Anonymous:  4 kB", "Swap:  0 kB",
            "3000-4000 r--p 00002000 fe:00 7 /bin/program", "Rss:  0 kB", "Anonymous:  0 kB", "Swap:  4 kB",
            "4000-5000 rw-p 00003000 fe:00 7 /bin/program", "Rss:  4 kB", "Anonymous:  0 kB", "Swap:  0 kB",
            "5000-6000 r--s 00000000 fe:00 8 /shared", "Rss:  4 kB", "Anonymous:  0 kB", "Swap:  0 kB",
            "6000-7000 r--p 00000000 00:00 0 ", "Rss:  4 kB", "Anonymous:  0 kB", "Swap:  0 kB",
            "7000-8000 r-xp 00000000 00:00 0 [vdso]", "Rss:  4 kB", "Anonymous:  0 kB", "Swap:  0 kB",
            "8000-9000 r--p 00000000 fe:00 9 /lib/last one", "Rss:  4 kB", "Anonymous:  0 kB", "Swap:  0 kB",
        ];
        Assert.Equal([report[0], report[28]], ResidentPages.Unwritten(report));
    }

    private static long Sum(nint at)
    {
        long sum = 0;
        for (var i = 0; i < Length; i++) sum += *(byte*)(at + i);
        return sum;
    }

    /// <summary>Bytes of a mapping that are in memory.</summary>
    private static long Resident(nint at)
    {
        var first = at.ToString("x", CultureInfo.InvariantCulture) + "-";
        var rss = File.ReadLines("/proc/self/smaps").SkipWhile(l => !l.StartsWith(first, StringComparison.Ordinal)).First(static l => l.StartsWith("Rss:", StringComparison.Ordinal));
        return long.Parse(rss.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, SafeFileHandle file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nuint length, int protection);
}
