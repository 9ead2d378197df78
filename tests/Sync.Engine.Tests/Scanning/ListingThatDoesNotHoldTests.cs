using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>A listing counts only if its directory was at its path before and after. One that does not count is made again, also where the directory is found as it was.</summary>
public sealed class ListingThatDoesNotHoldTests : IDisposable
{
    private readonly ObserverBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_is_in_a_directory_that_was_away_for_a_moment_is_seen()
    {
        Directory.CreateDirectory(_bench.At("d"));
        File.WriteAllText(_bench.At("d/f"), "one");
        _bench.Hooks.After("List", "d", () =>
        {
            Directory.Move(_bench.At("d"), _bench.At("aside"));
            _bench.Hooks.After("Stat", "d", () => Directory.Move(_bench.At("aside"), _bench.At("d")));
        });
        _bench.Tell("d");
        _bench.RunAll();
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal(["f"], _bench.NamesIn("d"));
    }
}
