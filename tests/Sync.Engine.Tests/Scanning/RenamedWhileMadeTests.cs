using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>A user renames a directory that has just been made, before it is known by its file key.</summary>
public sealed class RenamedWhileMadeTests : IDisposable
{
    private readonly ObserverBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void It_has_moved_and_is_no_new_one()
    {
        var made = _bench.Make(new EntryId(7), "s");
        Directory.Move(_bench.At("s"), _bench.At("t"));
        _bench.Tell("t");
        _bench.Tell("s");
        _bench.RunAll();
        Assert.Empty(_bench.Names());

        made();
        _bench.RunAll();
        Assert.Equal(["t"], _bench.Names());
        Assert.Equal(new EntryId(7), _bench.IdOf("t"));
    }

    [Fact]
    public void What_a_user_makes_meanwhile_is_known_when_that_has_ended_and_while_others_are_made()
    {
        var made = _bench.Make(new EntryId(7), "s");
        Directory.CreateDirectory(_bench.At("own"));
        _bench.Tell("own");
        _bench.RunAll();
        made();
        _bench.Run();
        Assert.Equal(["own", "s"], _bench.Names());

        var again = _bench.Make(new EntryId(8), "s2");
        _bench.Tell("own");
        _bench.RunAll();
        Assert.Equal(["own", "s"], _bench.Names());
        again();
        _bench.RunAll();
        Assert.Equal(["own", "s", "s2"], _bench.Names());
    }
}
