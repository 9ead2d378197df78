using System.Diagnostics;
using Sync.Shared.Commands;
using Xunit;

namespace Sync.Host.Tests;

/// <summary>The manual page is made from the command line, and a formatter has nothing to say against it.</summary>
public sealed class ManualTests
{
    [Fact]
    public void EveryCommandAndOptionIsInTheManual()
    {
        var host = Program.CreateCommandLine();
        var page = ManualPage.Render(host, "1.2.3");
        Assert.StartsWith(".TH SYNC-HOST 1", page, StringComparison.Ordinal);
        foreach (var word in (string[])["sync\\-host share add", "sync\\-host serve", "\\-\\-listen", "\\-\\-data", "sync\\-host service install", "halted for safety", "sync\\-host invite \\-\\-share docs"])
            Assert.Contains(word, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".so /etc/passwd", "\\&.so /etc/passwd")]
    [InlineData("a\\b-c", "a\\eb\\-c")]
    [InlineData("'x' \"y\"", "\\&'x' \\(dqy\\(dq")]
    public void TextIsNoRequest(string text, string written) => Assert.Equal(written, ManualPage.Text(text));

    [Fact]
    public async Task GroffFormatsItWithoutAWarning()
    {
        using var groff = new Process { StartInfo = new ProcessStartInfo("groff", ["-man", "-Tutf8", "-ww", "-z"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true } };
        try
        {
            groff.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("groff is not installed");
        }

        await groff.StandardInput.WriteAsync(ManualPage.Render(Program.CreateCommandLine(), "1.2.3"));
        groff.StandardInput.Close();
        Assert.Equal("", await groff.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await groff.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, groff.ExitCode);
    }
}
