using Sync.Host.Serving;
using Sync.Shared.Output;
using Xunit;

namespace Sync.Host.Tests;

public sealed class OutputTests
{
    [Fact]
    public void NamesCannotSteerTheTerminal()
    {
        Assert.Equal("a\\u001b[2Jb\\u000ac\\u202e", Printable.Text("a\u001b[2Jb\nc\u202e"));
        Assert.Equal("räksmörgås 日本", Printable.Text("räksmörgås 日本"));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 KB")]
    [InlineData(600_000_000, "600 MB")]
    [InlineData(999_999_999_999, "1.0 TB")]
    public void BytesAreShort(long bytes, string text) => Assert.Equal(text, Printable.Bytes(bytes));

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("60", 60_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("", -1)]
    [InlineData("-1s", -1)]
    [InlineData("1x", -1)]
    [InlineData("99999999d", -1)]
    public void TimesAreReadAsTyped(string text, double ms) =>
        Assert.Equal(ms, Quantity.TryParseTime(text, out var time) ? time.TotalMilliseconds : -1);

    [Theory]
    [InlineData("10", 10)]
    [InlineData("64M", 64L << 20)]
    [InlineData("1gb", 1L << 30)]
    [InlineData("", -1)]
    [InlineData("M", -1)]
    [InlineData("9999999999G", -1)]
    public void SizesAreReadAsTyped(string text, long bytes) => Assert.Equal(bytes, Quantity.TryParseBytes(text, out var size) ? size : -1);

    [Theory]
    [InlineData("0.0.0.0:7443", "0.0.0.0:7443")]
    [InlineData(":0", "0.0.0.0:0")]
    [InlineData("7443", "0.0.0.0:7443")]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData("[::1]:99", "[::1]:99")]
    [InlineData("::1:99", null)]
    [InlineData("1.2:99", null)]
    [InlineData("host:99", null)]
    [InlineData("127.0.0.1:70000", null)]
    public void ListenAddressesAreStrict(string text, string? endpoint) =>
        Assert.Equal(endpoint, ListenAddress.TryParse(text, out var parsed) ? parsed.ToString() : null);

    [Fact]
    public void ATableLinesUp()
    {
        var table = new TextTable("A", "LONG");
        table.Add("value", "x");
        table.Add("v", "");
        var output = new StringWriter { NewLine = "\n" };
        table.Write(output);
        Assert.Equal("A      LONG\nvalue  x\nv\n", output.ToString());
    }
}
