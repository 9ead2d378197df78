using CsCheck;
using Sync.Engine.Files;
using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>A file read ahead, past the page cache, has the bytes of one that is not, wherever it is read.</summary>
public sealed class ReadAheadFileTests : IDisposable
{
    private const int Length = (33 << 20) + 1234;

    private readonly FileSystemUnderTest _root = new("linux");
    private readonly byte[] _content = new byte[Length];

    public ReadAheadFileTests()
    {
        new Random(3).NextBytes(_content);
        File.WriteAllBytes(_root.At("f"), _content);
    }

    public void Dispose() => _root.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void It_reads_as_the_file_is(bool cold)
    {
        var places = Gen.Select(Gen.OneOf(Gen.Int[0, Length + 10], Gen.Int[0, 32].Select(m => m << 20)), Gen.Int[1, 3 << 20]);
        places.Array[1, 10].Sample(reads =>
        {
            if (cold) Drop();
            Assert.Equal(FsError.None, _root.Fs.OpenRead("f", out var raw));
            using var file = ReadAheadFile.Over(raw!, Length);
            Assert.IsType<ReadAheadFile>(file);
            foreach (var (offset, count) in reads)
            {
                var buffer = new byte[count];
                Assert.Equal(FsError.None, file.Read(offset, buffer, out var read));
                Assert.Equal(Math.Clamp(Length - offset, 0, count), read);
                Assert.True(buffer.AsSpan(0, read).SequenceEqual(_content.AsSpan(Math.Min(offset, Length), read)));
            }
        }, iter: 20, threads: 1);
    }

    [Fact]
    public void From_one_end_to_the_other()
    {
        Drop();
        Assert.Equal(FsError.None, _root.Fs.OpenRead("f", out var raw));
        using var file = ReadAheadFile.Over(raw!, Length);
        var all = new byte[Length];
        for (var at = 0; at < Length;)
        {
            Assert.Equal(FsError.None, file.Read(at, all.AsSpan(at, Math.Min(100_000, Length - at)), out var read));
            Assert.True(read > 0);
            at += read;
        }

        Assert.True(all.AsSpan().SequenceEqual(_content));
    }

    // Written to the device and out of the page cache, as a file from last week.
    private void Drop()
    {
        using var file = File.OpenHandle(_root.At("f"), FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        Assert.Equal(0, DropPages(file, 0, 0, 4));
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "posix_fadvise")]
    private static extern int DropPages(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long length, int advice);
}
