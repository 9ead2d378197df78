using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Scanning;
using Sync.Engine.Tests.Files;
using Sync.Engine.Tests.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>A long file of which it is known what it was is read as any other: the same chunks, the same sums.</summary>
public sealed class EditedReadingTests : IDisposable
{
    private static readonly BlockKey Key = new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    private readonly FileSystemUnderTest _root = new("linux");
    private readonly byte[] _old = TestContents.Random((40 << 20) + 300);

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("nothing")]
    [InlineData("pages")]
    [InlineData("front")]
    [InlineData("end")]
    [InlineData("appended")]
    [InlineData("shorter")]
    [InlineData("inserted")]
    [InlineData("cut out")]
    [InlineData("turned")]
    [InlineData("all")]
    public void It_is_what_it_is_however_it_was_edited(string edit)
    {
        var content = (byte[])_old.Clone();
        switch (edit)
        {
            case "pages":
                for (var i = 0; i < 9; i++) TestContents.Random(4096, i + 5).CopyTo(content, i * 4_500_000);
                break;
            case "front": content[0] ^= 1; break;
            case "end": content[^1] ^= 1; break;
            case "appended": content = [.. content, .. TestContents.Random(3_000_000, 3)]; break;
            case "shorter": content = content[..^1_234_567]; break;
            case "inserted": content = [.. "seventeen bytes!!"u8, .. content]; break;
            case "cut out": content = [.. content[..5_000], .. content[5_100..]]; break;
            case "turned": content = [.. content[20_000_000..], .. content[..20_000_000]]; break;
            case "all": content = TestContents.Random(content.Length, 11); break;
        }

        var before = Read(_old, null);
        var asked = 0;
        var reading = Read(content, () =>
        {
            asked++;
            return (before.Manifest!, before.Sums!);
        });
        var whole = Read(content, null);
        Assert.Equal(1, asked);
        Assert.Equal(whole.Manifest!.Id, reading.Manifest!.Id);
        Assert.Equal(whole.Sums!.Encode(), reading.Sums!.Encode());
        Assert.False(reading.Changed);
    }

    private FileReading Read(byte[] content, Func<(Manifest, BlockSums)?>? known)
    {
        File.WriteAllBytes(_root.At("f"), content);
        var reading = FileReading.Of(_root.Fs, "f", TestContext.Current.CancellationToken, Key, known);
        Assert.Equal(FsError.None, reading.Error);
        return reading;
    }
}
