using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>A directory that is deleted while something in it is being placed.</summary>
public sealed class GoneAroundPlacementTests : IDisposable
{
    private readonly ObserverBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_is_being_placed_in_it_stays_known_until_that_is_done()
    {
        Directory.CreateDirectory(_bench.At("d"));
        File.WriteAllText(_bench.At("d/f"), "f");
        File.WriteAllText(_bench.At("d/g"), "g");
        _bench.Tell("d");
        _bench.RunAll();
        Assert.Equal(["f", "g"], _bench.NamesIn("d"));
        var placed = _bench.Place("d", "f");
        Directory.Delete(_bench.At("d"), recursive: true);
        _bench.Tell("d");
        _bench.RunAll();
        // It would be settled where nothing is known of it.
        Assert.Equal(["f"], _bench.NamesIn("d"));
        placed();
        _bench.RunAll();
        Assert.Empty(_bench.Names());
    }

    [Fact]
    public void A_directory_that_is_there_again_when_it_is_done_is_looked_into()
    {
        Directory.CreateDirectory(_bench.At("d"));
        File.WriteAllText(_bench.At("d/f"), "f");
        _bench.Tell("d");
        _bench.RunAll();
        var placed = _bench.Place("d", "f");
        Directory.Delete(_bench.At("d"), recursive: true);
        _bench.Tell("d");
        _bench.RunAll();
        Directory.CreateDirectory(_bench.At("d"));
        File.WriteAllText(_bench.At("d/new"), "new");
        placed();
        _bench.RunAll();
        Assert.Equal(["new"], _bench.NamesIn("d"));
    }
}
