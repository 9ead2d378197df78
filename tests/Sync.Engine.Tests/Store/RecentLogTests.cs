using System.Text;
using Sync.Engine.Machines;
using Sync.Engine.Store;
using Xunit;

namespace Sync.Engine.Tests.Store;

/// <summary>What a killed agent wrote is found again, in order and without gaps; what belongs to another time is not believed.</summary>
public sealed class RecentLogTests : IDisposable
{
    private static readonly UInt128 Boot = 7;
    private static readonly UInt128 Life = 11;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_written_since_the_save_is_found_again()
    {
        using var log = Open(Boot);
        log.Begin(Life, 3, "first"u8);
        log.Append("second"u8);
        Assert.Equal(["first", "second"], Read(3));
    }

    [Fact]
    public void Until_a_save_has_ended_what_was_written_before_it_counts_too()
    {
        using var log = Open(Boot);
        log.Begin(Life, 3, "before"u8);
        log.Begin(Life, 4, "after"u8);
        // The index is still the third save: killed while the fourth was written.
        Assert.Equal(["before", "after"], Read(3));
        Assert.Equal(["after"], Read(4));
    }

    [Theory]
    [InlineData(8, 11, 3UL)]
    [InlineData(7, 12, 3UL)]
    [InlineData(7, 11, 1UL)]
    public void Another_running_of_the_machine_another_life_and_an_index_that_was_put_back_find_nothing(int boot, int life, ulong count)
    {
        using var log = Open(Boot);
        log.Begin(Life, 3, "first"u8);
        using var after = Open((UInt128)boot);
        Assert.Empty(after.Read((UInt128)life, count));
    }

    [Fact]
    public void A_torn_end_and_what_an_earlier_round_left_behind_it_are_not_believed()
    {
        using var log = Open(Boot);
        log.Begin(Life, 1, "a long first record of the first round"u8);
        log.Append("another long record of the first round"u8);
        log.Begin(Life, 2, "x"u8);
        log.Begin(Life, 3, "whole"u8);
        log.Append("torn"u8);
        var path = Path.Combine(_directory.Path, "recent-0");
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf("torn"u8);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(["whole"], Read(3));
    }

    [Fact]
    public void Nothing_after_a_gap_is_believed()
    {
        using var log = Open(Boot);
        log.Begin(Life, 1, "first"u8);
        log.Append("second"u8);
        log.Begin(Life, 2, "third"u8);
        var path = Path.Combine(_directory.Path, "recent-0");
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("second"u8)] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(["first"], Read(1));
    }

    private RecentLog Open(UInt128 boot) => new(name => LocalMachine.Instance.OpenUnsynced(_directory.Path, name), boot, LocalMachine.Instance);

    private string[] Read(ulong count)
    {
        using var after = Open(Boot);
        return [.. after.Read(Life, count).Select(Encoding.UTF8.GetString)];
    }
}
