using Sync.Simulation.Tests.Runs;
using Xunit;

namespace Sync.Simulation.Tests;

/// <summary>What the commands of this executable say when they are called wrongly, and how a long run goes on.</summary>
[Collection("One by one")]
public sealed class CommandTests
{
    [Theory]
    [InlineData("simulate")]
    [InlineData("simulate x")]
    [InlineData("simulate 1 2 3")]
    [InlineData("simulate 1 --what")]
    [InlineData("simulate 1 --guests=9")]
    [InlineData("simulate 1 --faults=Kill,Flood")]
    [InlineData("simulate 1 --mutate=nothing")]
    [InlineData("seeds")]
    [InlineData("seeds --seeds many")]
    [InlineData("seeds 5")]
    public void A_wrong_call_is_told_how_it_is_meant(string line)
    {
        var args = line.Split(' ');
        var (code, error) = Capture(() => Program.Main(args));
        Assert.Equal(Usage.Wrong, code);
        Assert.Contains(args[0] == "seeds" ? Usage.Seeds : Usage.Simulate, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_run_goes_on_where_it_stopped()
    {
        var path = Path.GetTempFileName();
        File.Delete(path);
        try
        {
            var first = new SeedRun(SeedState.Open(path), static _ => { });
            await first.RunAsync(3);
            Assert.Equal(3, first.Figures.Seeds);
            var state = SeedState.Open(path);
            Assert.Equal(4UL, state.Next);
            var second = new SeedRun(state, static _ => { });
            await second.RunAsync(5);
            Assert.Equal(2, second.Figures.Seeds);
            Assert.Equal(6UL, SeedState.Open(path).Next);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (int Code, string Error) Capture(Func<int> run)
    {
        var before = Console.Error;
        using var error = new StringWriter();
        Console.SetError(error);
        try
        {
            return (run(), error.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
