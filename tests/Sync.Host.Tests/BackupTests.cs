using System.Formats.Tar;
using System.IO.Compression;
using Sync.Host.Backup;
using Xunit;

namespace Sync.Host.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => _place.At("data");

    private string File1 => _place.At("backup.tar.gz");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task AStateComesBackAsItWas()
    {
        await MakeAsync();
        var (config, identity) = (Read("config.json"), Read("identity/identity.pem"));
        Assert.Equal(0, (await CommandAsync("backup", File1)).Code);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File1));
        Assert.Equal(1, (await CommandAsync("backup", File1)).Code);
        Assert.Equal(0, (await CommandAsync("share", "remove", "docs")).Code);
        Directory.CreateDirectory(Path.Combine(Data, "index", "x"));

        var refused = await CommandAsync("restore", File1);
        Assert.Equal(1, refused.Code);
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandAsync("restore", File1, "--force")).Code);
        Assert.Equal((config, identity), (Read("config.json"), Read("identity/identity.pem")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Data, "identity", "identity.pem")));
        // The databases of what was are no longer in use; nothing is thrown away.
        Assert.False(Directory.Exists(Path.Combine(Data, "index")));
        var aside = Assert.Single(Directory.GetDirectories(Data, "before-*"));
        Assert.True(Directory.Exists(Path.Combine(aside, "index", "x")));
        Assert.Contains("restore", (await CommandAsync("audit")).Output, StringComparison.Ordinal);

        var elsewhere = _place.At("other");
        Assert.Equal(0, (await CommandLineRun.Of("restore", File1, "--data", elsewhere)).Code);
        Assert.Equal(config, await File.ReadAllTextAsync(Path.Combine(elsewhere, "config.json"), Cancel));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(elsewhere));
    }

    [Fact]
    public async Task NothingIsRestoredBesideARunningAgent()
    {
        await using var host = await RunningHost.StartAsync();
        await MakeAsync();
        Assert.Equal(0, (await CommandAsync("backup", File1)).Code);
        var run = await host.RunAsync("restore", File1, "--force");
        Assert.Equal(1, run.Code);
        Assert.Contains("another agent", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../evil", "evil")]
    [InlineData("/etc/evil", "evil")]
    [InlineData("jobs/../config.json", "{}")]
    [InlineData("identity/other", "x")]
    [InlineData("index/1/index.db", "x")]
    public async Task WhatIsNoStateOfAHostIsRefusedWhole(string name, string content)
    {
        await MakeAsync();
        Assert.Equal(0, (await CommandAsync("backup", File1)).Code);
        Rewrite(File1, (tar, entries) =>
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)) });
        });
        var target = _place.At("target");
        var run = await CommandLineRun.Of("restore", File1, "--data", target);
        Assert.Equal(1, run.Code);
        Assert.Contains("is no file of a host's state", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(target, "config.json")));
    }

    [Fact]
    public async Task ADamagedBackupIsRefusedWhole()
    {
        await MakeAsync();
        Assert.Equal(0, (await CommandAsync("backup", File1)).Code);
        var whole = await File.ReadAllBytesAsync(File1, Cancel);
        Rewrite(File1, (tar, entries) =>
        {
            foreach (var entry in entries)
            {
                if (entry.Name is "config.json")
                    entry.DataStream = new MemoryStream("{\"version\":1}"u8.ToArray());
                tar.WriteEntry(entry);
            }
        });
        Assert.Contains("'config.json' is not as its manifest says", (await CommandLineRun.Of("restore", File1, "--data", _place.At("t1"))).Error, StringComparison.Ordinal);
        // Cut anywhere, or something else altogether: never half a state, never a stack trace.
        foreach (var length in (int[])[0, 1, 20, whole.Length / 2, whole.Length - 20])
        {
            await File.WriteAllBytesAsync(File1, whole[..length], Cancel);
            var run = await CommandLineRun.Of("restore", File1, "--data", _place.At("t2"));
            Assert.Equal(1, run.Code);
            Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
            Assert.False(File.Exists(_place.At("t2/config.json")));
        }
    }

    [Theory]
    [InlineData("audit.jsonl", true)]
    [InlineData("audit.3.jsonl", true)]
    [InlineData("jobs/j1.json", true)]
    [InlineData("jobs/.json", false)]
    [InlineData("jobs/a/b.json", false)]
    [InlineData("audit./../x.jsonl", false)]
    [InlineData("lock", false)]
    [InlineData("control.sock", false)]
    public void OnlyTheStateIsBackedUp(string path, bool isOne) => Assert.Equal(isOne, BackupFiles.IsOne(path));

    private static void Rewrite(string path, Action<TarWriter, List<TarEntry>> write)
    {
        var entries = new List<TarEntry>();
        using (var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress)))
        {
            while (tar.GetNextEntry(copyData: true) is { } entry)
                entries.Add(entry);
        }

        using var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        using var writer = new TarWriter(zip);
        write(writer, entries);
    }

    private async Task MakeAsync()
    {
        Assert.Equal(0, (await CommandAsync("share", "add", "docs", _place.Sub("docs"))).Code);
        Assert.Equal(0, (await CommandAsync("invite", "--share", "docs", "--address", "h:1")).Code);
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(Data, name));

    private Task<CommandLineRun> CommandAsync(params string[] args) => CommandLineRun.Of([.. args, "--data", Data]);
}
