using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>What is seen in a directory while it is listed for the first time is judged by the ignore files that the listing reads.</summary>
public sealed class FirstListingTests : IDisposable
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
}
