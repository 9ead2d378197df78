using Sync.Engine.Tests.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>A program writes under a temporary name and renames it over the true one, while the temporary one is being looked at: it stays in no tree.</summary>
public sealed class TemporaryNameTests : IDisposable
{
    private const string Temporary = ".name.Xa7bQ2";

    private readonly ObserverBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_is_read_to_tell_whether_it_has_moved_and_goes_on_meanwhile_has_not_moved_there()
    {
        // Too long to be read with the first look.
        var written = TestContents.Random(300_000);
        File.WriteAllBytes(_bench.At("old"), TestContents.Random(200_000));
        _bench.Tell("old");
        _bench.RunAll();
        Assert.Equal(["old"], _bench.Names());

        // As if a new file had got the inode of one that was just deleted.
        File.Move(_bench.At("old"), _bench.At(Temporary));
        File.WriteAllBytes(_bench.At(Temporary), written);
        _bench.Hooks.After("OpenRead", Temporary, () =>
        {
            File.Move(_bench.At(Temporary), _bench.At("name"));
            _bench.Tell(Temporary);
            _bench.Tell("name");
            _bench.Run();
        });
        _bench.Tell("old");
        _bench.Tell(Temporary);
        _bench.RunAll();
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal(["name"], _bench.Names());
        Assert.Equal(TestContents.ManifestOf(written).Id, _bench.ContentOf("name"));
    }

    [Fact]
    public void A_look_that_finds_nothing_counts_also_after_a_newer_listing()
    {
        File.WriteAllText(_bench.At(Temporary), "1");
        _bench.Tell(Temporary);
        _bench.RunTurn();
        _bench.RunWork();
        File.Move(_bench.At(Temporary), _bench.At("name"));
        // In one turn it is seen, and the look that will find nothing goes out: what was seen waits for that.
        _bench.Tell(Temporary);
        _bench.RunTurn();
        _bench.Hooks.After("Stat", Temporary, () =>
        {
            _bench.RunWork();
            _bench.RunTurn();
        });
        _bench.List();
        _bench.RunTurn();
        _bench.RunAll();
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal(["name"], _bench.Names());
    }
}
