using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sync.Shared.Data;
using Sync.Shared.Logs;
using Xunit;

namespace Sync.Host.Tests;

public sealed class LogTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 10, 15, 0, TimeSpan.Zero));
    private readonly List<string> _complaints = [];

    private DataDirectory Data => DataDirectory.Locate(_place.At("data"), "sync-host");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task MessagesAreStructuredLinesAndShown()
    {
        using (var provider = Provider())
        {
            var log = provider.CreateLogger("Sync.Test");
            log.LogWarning(new EventId(7, "Seven"), "File {Path} has {Count} lines", "a\nb\u001b[2J", 3);
            log.LogError(new InvalidOperationException("on fire"), "broken");
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Data.LogFile(0)));
        var lines = File.ReadAllLines(Data.LogFile(0));
        Assert.Equal(2, lines.Length);
        var first = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal("2026-11-22T10:15:00+00:00", first.GetProperty("at").GetString());
        Assert.Equal(("warning", "Sync.Test", 7, "3"), (first.GetProperty("level").GetString(), first.GetProperty("category").GetString(), first.GetProperty("event").GetInt32(), first.GetProperty("fields").GetProperty("Count").GetString()));

        var shown = (await CommandLineRun.Of("logs", "--data", Data.Path)).Output.Split('\n');
        Assert.Equal("2026-11-22T10:15:00.000Z warning     Sync.Test: File a\\u000ab\\u001b[2J has 3 lines", shown[0]);
        Assert.Equal("2026-11-22T10:15:00.000Z error       Sync.Test: broken", shown[1]);
        Assert.StartsWith("    System.InvalidOperationException: on fire", shown[2], StringComparison.Ordinal);
        Assert.DoesNotContain("File a", (await CommandLineRun.Of("logs", "--level", "error", "--data", Data.Path)).Output, StringComparison.Ordinal);
        // The clock of the command is another: all of this is long ago, or yet to come.
        var json = (await CommandLineRun.Of("logs", "--lines", "1", "--json", "--data", Data.Path)).Output;
        Assert.Equal("broken", JsonDocument.Parse(json).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void FilesAreBoundedAndReadInOrder()
    {
        for (var round = 0; round < 300; round++)
        {
            // Each a provider of its own: then each line is an append of its own.
            using var provider = Provider(largestFile: 1000);
            provider.CreateLogger("c").LogInformation("{Number}", round);
        }

        var files = Directory.GetFiles(Path.GetDirectoryName(Data.LogFile(0))!);
        Assert.Equal(LogFile.MostFiles, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 1000));
        using var reader = new LogReader(Data, _ => true);
        var kept = reader.Newest(int.MaxValue).Select(l => int.Parse(l.Message, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(300 - kept.Count, kept.Count), kept);
    }

    [Fact]
    public void FollowingGoesOnOverARotationAndAHalfWrittenLine()
    {
        using var reader = new LogReader(Data, _ => true);
        Assert.Empty(reader.Newest(10));
        Write("{\"at\":\"2026-11-22T10:15:00+00:00\",\"level\":\"error\",\"category\":\"c\",\"message\":\"one\"}\n{\"at\":\"2026-11-22T10:15:00+00:00\",\"lev");
        Assert.Equal(["one"], reader.Next().Select(l => l.Message));
        Write("el\":\"error\",\"category\":\"c\",\"message\":\"two\"}\nno json\n");
        Assert.Equal(["two"], reader.Next().Select(l => l.Message));
        Write("{\"at\":\"2026-11-22T10:15:00+00:00\",\"level\":\"error\",\"category\":\"c\",\"message\":\"three\"}\n");
        File.Move(Data.LogFile(0), Data.LogFile(1));
        Write("{\"at\":\"2026-11-22T10:15:00+00:00\",\"level\":\"error\",\"category\":\"c\",\"message\":\"four\"}\n");
        Assert.Equal(["three", "four"], reader.Next().Select(l => l.Message));
        Assert.Empty(reader.Next());
    }

    [Fact]
    public void ADiskThatTakesNothingIsToldOnce()
    {
        Directory.CreateDirectory(Data.LogFile(0));
        using (var provider = Provider())
        {
            for (var number = 0; number < 1000; number++)
                provider.CreateLogger("c").LogError("x");
        }

        Assert.Single(_complaints);
    }

    [Theory]
    [InlineData("Sync.Engine.Replica", LogLevel.Debug, LogLevel.Debug, true)]
    [InlineData("Sync.Engine.Replica", LogLevel.Information, LogLevel.Debug, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Debug, LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Debug, LogLevel.Warning, true)]
    [InlineData("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Debug, LogLevel.Critical, false)]
    [InlineData("Grpc.AspNetCore.Server", LogLevel.Error, LogLevel.Warning, false)]
    public void OthersAreOnlyHeardFromAWarningUp(string category, LogLevel least, LogLevel level, bool logged) =>
        Assert.Equal(logged, new LogLevelSwitch(least).Allows(category, level));

    private void Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Data.LogFile(0))!);
        File.AppendAllText(Data.LogFile(0), text);
    }

    private LogFileProvider Provider(long largestFile = LogFile.LargestFile) => new(Data, _time, _complaints.Add, largestFile);
}
