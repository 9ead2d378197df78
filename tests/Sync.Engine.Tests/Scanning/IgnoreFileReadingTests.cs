using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>What is seen in a directory is judged by its ignore files, also while they are read.</summary>
public sealed class IgnoreFileReadingTests : IDisposable
{
    private readonly ObserverBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_made_while_the_ignore_file_beside_it_is_read_is_left_out(bool isDirectory)
    {
        Directory.CreateDirectory(_bench.At("d"));
        File.WriteAllText(_bench.At("d/.syncignore"), "*.out\n");
        _bench.Hooks.After("List", "d", () =>
        {
            if (isDirectory) Directory.CreateDirectory(_bench.At("d/a.out"));
            else File.WriteAllText(_bench.At("d/a.out"), "a");
            File.WriteAllText(_bench.At("d/b"), "b");
            _bench.Tell("d", "a.out");
            _bench.Tell("d", "b");
            _bench.Run();
            Assert.Empty(_bench.NamesIn("d"));
        });
        _bench.Tell("d");
        _bench.RunAll();
        Assert.True(_bench.Hooks.HasFired);
        Assert.Equal([".syncignore", "b"], _bench.NamesIn("d"));
    }

    [Fact]
    public void What_moves_into_a_directory_that_is_being_listed_has_moved()
    {
        File.WriteAllText(_bench.At("f"), "f");
        _bench.Tell("f");
        _bench.RunAll();
        var id = _bench.IdOf("f");
        Directory.CreateDirectory(_bench.At("d"));
        _bench.Hooks.After("List", "d", () =>
        {
            File.Move(_bench.At("f"), _bench.At("d/f"));
            _bench.Tell("f");
            _bench.Tell("d", "f");
            _bench.Run();
        });
        _bench.Tell("d");
        _bench.RunAll();
        Assert.DoesNotContain("f", _bench.Names());
        Assert.Equal(id, _bench.IdOf("f", "d"));
    }

    [Fact]
    public void An_ignore_file_too_long_to_be_read_in_a_look_is_not_read_for_ever()
    {
        Directory.CreateDirectory(_bench.At("d"));
        File.WriteAllText(_bench.At("d/.syncignore"), string.Concat(Enumerable.Repeat("# nothing\n", 10_000)) + "*.out\n");
        File.WriteAllText(_bench.At("d/a.out"), "a");
        _bench.Tell("d");
        _bench.RunAll();
        File.AppendAllText(_bench.At("d/.syncignore"), "b\n");
        _bench.Tell("d", ".syncignore");
        _bench.RunAll();
        File.WriteAllText(_bench.At("d/b"), "b");
        _bench.Tell("d", "b");
        _bench.RunAll();
        Assert.Equal([".syncignore"], _bench.NamesIn("d"));
    }
}
