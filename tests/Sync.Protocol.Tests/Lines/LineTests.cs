using CsCheck;
using Sync.Protocol.Lines;
using Xunit;

namespace Sync.Protocol.Tests.Lines;

/// <summary>The framing of byte pipes: what comes is what was sent, in order and whole, or the session breaks; and after any fault both ends find each other again.</summary>
public sealed class LineTests
{
    [Fact]
    public void Whatever_the_pipe_does_only_what_was_sent_comes_and_both_ends_find_each_other_again() =>
        LineWorld.Steps.Sample(
            steps =>
            {
                var world = new LineWorld();
                world.Wait(TimeSpan.Zero);
                foreach ((LineWorld.Deed deed, int end, int count) in steps) world.Do(deed, end, count);
                world.Heal();
                world.A.Check(world.B);
                world.B.Check(world.A);
            },
            iter: 1_000);

    [Fact]
    public void A_session_begins_at_once_and_a_restart_in_the_middle_of_a_record_is_found_at_once()
    {
        var world = new LineWorld();
        world.Wait(TimeSpan.Zero);
        Assert.InRange(world.Heal(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        world.A.Send(16_000);
        // All but the end of the record is on its way when the process ends.
        world.A.Pipe.RemoveRange(world.A.Pipe.Count - 100, 100);
        world.Do(LineWorld.Deed.Restart, 0, 0);
        Assert.InRange(world.Heal(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        world.B.Check(world.A);
    }

    [Fact]
    public void What_is_lost_at_the_end_is_found_by_the_next_ping_and_a_silent_peer_by_the_silence()
    {
        var world = new LineWorld();
        world.Wait(TimeSpan.Zero);
        world.Heal();
        world.A.Send(100);
        world.A.Pipe.Clear();
        world.Wait(LineCore.PingEvery);
        world.Do(LineWorld.Deed.Carry, 0, 100_000);
        Assert.False(world.B.Core.IsEstablished);
        world.Heal();
        Assert.True(world.A.Core.IsEstablished);
        world.Wait(LineCore.SilenceLimit);
        Assert.False(world.A.Core.IsEstablished);
    }

    [Fact]
    public void A_pipe_that_echoes_is_no_peer()
    {
        var end = new LineEnd(1);
        end.Core.Tick(TimeSpan.Zero);
        end.Collect();
        end.Core.Receive([.. end.Pipe]);
        Assert.False(end.Core.IsEstablished);
    }

    [Fact]
    public void Text_that_boot_loaders_and_shells_write_is_passed_over()
    {
        var world = new LineWorld();
        world.A.Core.Receive("SeaBIOS (version 1.16)\r\nlogin: \xF7S"u8);
        world.Wait(TimeSpan.Zero);
        Assert.InRange(world.Heal(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_head_says_no_more_than_the_limits_allow()
    {
        byte[] bytes = new byte[LineRecord.MaxSize];
        var record = new LineRecord(LineRecordKind.Data, LineRecord.MaxPayload, 1, 2, 3, 4);
        record.Write(bytes, new byte[LineRecord.MaxPayload]);
        Assert.True(LineRecord.TryReadHead(bytes, out LineRecord read));
        Assert.Equal(record, read);
        // A checksum that holds does not make a length good.
        byte[] tooLong = new byte[LineRecord.MaxSize + 1];
        new LineRecord(LineRecordKind.Data, LineRecord.MaxPayload + 1, 1, 2, 3, 4).Write(tooLong, new byte[LineRecord.MaxPayload + 1]);
        Assert.False(LineRecord.TryReadHead(tooLong, out _));
        byte[] empty = new byte[LineRecord.HeadSize + LineRecord.TailSize];
        new LineRecord((LineRecordKind)9, 0, 1, 2, 3, 4).Write(empty, []);
        Assert.False(LineRecord.TryReadHead(empty, out _));
        new LineRecord(LineRecordKind.Hello, 0, 0, 2, 3, 4).Write(empty, []);
        Assert.False(LineRecord.TryReadHead(empty, out _));
    }

    [Fact]
    public void A_vsock_address_is_laid_out_as_the_kernel_reads_it() =>
        Assert.Equal("28000000cb1d00000200000000000000", Convert.ToHexStringLower(new VsockEndPoint(VsockEndPoint.Host, 7627).ToSocketAddress()));
}
