using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Tests.Store;
using Xunit;

namespace Sync.Engine.Tests.Replicas;

/// <summary>Something went wrong that cannot: a setting that is asked for throws.</summary>
public sealed class DefectTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private volatile bool _isBroken;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task It_is_told_and_a_replica_that_is_opened_anew_goes_on()
    {
        var root = Directory.CreateDirectory(Path.Combine(_temporary.Path, "root")).FullName;
        var options = new ReplicaOptions
        {
            Share = "work", Root = root, DataDirectory = Path.Combine(_temporary.Path, "data"), Logging = NullLoggerFactory.Instance, Process = 1,
            LineEndings = () => _isBroken ? throw new InvalidOperationException("for a test") : LineEndings.AsTheyAre,
        };
        await using (var share = await HostShare.OpenAsync(options, new SharePolicy(), Cancel))
        {
            await File.WriteAllTextAsync(Path.Combine(root, "before"), "before", Cancel);
            Assert.Equal(FlushOutcome.Complete, (await share.FlushAsync(TimeSpan.FromSeconds(20), FlushScope.All, Cancel)).Outcome);
            _isBroken = true;
            await File.WriteAllTextAsync(Path.Combine(root, "meanwhile"), "meanwhile", Cancel);
            while (share.Status is { HasDefect: false } status) await share.StatusChangedAsync(status, Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        }

        _isBroken = false;
        await using var again = await HostShare.OpenAsync(options, new SharePolicy(), Cancel);
        Assert.Equal(FlushOutcome.Complete, (await again.FlushAsync(TimeSpan.FromSeconds(20), FlushScope.All, Cancel)).Outcome);
        Assert.Equal((2, false), ((await again.StatusNowAsync(Cancel)).Files, again.Status.HasDefect));
    }
}
