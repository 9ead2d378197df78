using System.Text;
using CsCheck;
using Sync.Engine.LineEnds;
using Xunit;

namespace Sync.Engine.Tests.LineEnds;

/// <summary>What is converted, and that it comes back.</summary>
public sealed class LineTextTests
{
    [Theory]
    [InlineData("a\n", true, false)]
    [InlineData("\n", true, false)]
    [InlineData("a\nb", true, false)]
    [InlineData("a\r\n", false, true)]
    [InlineData("\r\n\r\n", false, true)]
    [InlineData("a\r\nb", false, true)]
    [InlineData("", false, false)]
    [InlineData("a", false, false)]
    [InlineData("a\r", false, false)]
    [InlineData("a\rb\n", false, false)]
    [InlineData("a\r\nb\n", false, false)]
    [InlineData("a\nb\r\n", false, false)]
    [InlineData("a\r\r\n", false, false)]
    [InlineData("a\0\n", false, false)]
    [InlineData("a\0\r\n", false, false)]
    [InlineData("\u0001\u0002\n", false, false)]
    [InlineData("\u0001\u0002\r\n", false, false)]
    [InlineData("\u001b[1mä€\f\t\n", true, false)]
    public void A_text_has_line_ends_of_one_kind(string text, bool isLf, bool isCrlf)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(isLf, LineText.IsLf(bytes));
        Assert.Equal(isCrlf, LineText.IsCrlf(bytes));
        if (isCrlf) Assert.True(LineText.MayBeCrlf(bytes));
    }

    [Fact]
    public void A_longer_text_than_the_limit_is_none()
    {
        var longest = new byte[LineText.MaxLength];
        longest.AsSpan().Fill((byte)'\n');
        Assert.True(LineText.IsLf(longest));
        var crlf = LineText.ToCrlf(longest);
        Assert.Equal(LineText.MaxCrlfLength, crlf.Length);
        Assert.True(LineText.IsCrlf(crlf));
        Assert.False(LineText.IsLf([.. longest, (byte)'\n']));
        Assert.False(LineText.IsCrlf([.. crlf, .. "\r\n"u8]));
    }

    /// <summary>Whatever is taken for text in one form is text in the other, and is there again when it comes back.</summary>
    [Fact]
    public void Either_way_and_back_gives_the_same_bytes() =>
        Gen.OneOf(Gen.Const((byte)'\n'), Gen.Const((byte)'\r'), Gen.Const((byte)'a'), Gen.Byte).Array[0, 300].Sample(bytes =>
        {
            var joined = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes).Replace("\r", "\r\n", StringComparison.Ordinal).Replace("\r\n\n", "\r\n", StringComparison.Ordinal));
            foreach (var text in (byte[][])[bytes, joined])
            {
                if (LineText.IsLf(text))
                {
                    var crlf = LineText.ToCrlf(text);
                    Assert.True(LineText.IsCrlf(crlf));
                    Assert.Equal(text, LineText.ToLf(crlf));
                }

                if (LineText.IsCrlf(text))
                {
                    Assert.True(LineText.MayBeCrlf(text));
                    var lf = LineText.ToLf(text);
                    Assert.True(LineText.IsLf(lf));
                    Assert.Equal(text, LineText.ToCrlf(lf));
                }

                Assert.False(LineText.IsLf(text) && LineText.IsCrlf(text));
            }
        }, iter: 5_000);

    [Theory]
    [InlineData("a.txt", true)]
    [InlineData("d/e/a.txt", true)]
    [InlineData("a.txt.bak", false)]
    [InlineData("raw.txt", false)]
    [InlineData("d/raw.txt", false)]
    [InlineData("docs/a.c", true)]
    [InlineData("docs/deep/a.c", true)]
    [InlineData("docs/raw.txt", false)]
    [InlineData("d/docs/a.c", false)]
    public void Patterns_are_those_of_ignore_files(string path, bool hasCrlf) =>
        Assert.Equal(hasCrlf, LineEndings.Crlf(["*.txt", "/docs/", "!raw.txt"]).HasCrlf(path));

    [Fact]
    public void Without_patterns_nothing_is_converted()
    {
        Assert.True(LineEndings.AsTheyAre.IsEmpty);
        Assert.True(LineEndings.Crlf([]).IsEmpty);
        Assert.False(LineEndings.AsTheyAre.HasCrlf("a.txt"));
    }
}
