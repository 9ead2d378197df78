using CsCheck;
using Xunit;

namespace Sync.Protocol.Tests.Lines;

/// <summary>Two ends and a pipe that loses, repeats, changes and joins bytes, as a list of steps says.</summary>
internal sealed class LineWorld
{
    private readonly LineEnd[] _ends = [new(1), new(2)];
    private TimeSpan _now;

    /// <summary>What can happen.</summary>
    public enum Deed { Send, Carry, Lose, Repeat, Change, Restart, Wait }

    /// <summary>Steps, mostly of ordinary life.</summary>
    public static Gen<(Deed Deed, int End, int Count)[]> Steps { get; } = Gen.Select(
        Gen.Frequency((8, Gen.Const(Deed.Send)), (12, Gen.Const(Deed.Carry)), (1, Gen.Const(Deed.Lose)), (1, Gen.Const(Deed.Repeat)), (1, Gen.Const(Deed.Change)), (1, Gen.Const(Deed.Restart)), (3, Gen.Const(Deed.Wait))),
        Gen.Int[0, 1],
        Gen.Frequency((1, Gen.Int[1, 60]), (1, Gen.Int[1, 16_384]))).Array[0, 120];

    public LineEnd A => _ends[0];

    public LineEnd B => _ends[1];

    public void Do(Deed deed, int end, int count)
    {
        List<byte> pipe = _ends[end].Pipe;
        int some = Math.Min(count, pipe.Count);
        switch (deed)
        {
            case Deed.Send: _ends[end].Send(count); break;
            case Deed.Carry: Carry(end, count * 4); break;
            case Deed.Lose: pipe.RemoveRange(0, some); break;
            case Deed.Repeat: pipe.InsertRange(some, pipe.Take(some).ToArray()); break;
            case Deed.Change when some > 0: pipe[some - 1] ^= 0x41; break;
            case Deed.Restart: _ends[end].Restart(_now); break;
            case Deed.Wait: Wait(TimeSpan.FromMilliseconds(count)); break;
            default: break;
        }
    }

    public void Wait(TimeSpan time)
    {
        _now += time;
        foreach (LineEnd end in _ends)
        {
            end.Core.Tick(_now);
            end.Collect();
        }
    }

    /// <summary>From now on nothing is lost: both ends find each other, and what is sent then comes whole. Returns how long that took.</summary>
    public TimeSpan Heal()
    {
        TimeSpan begun = _now;
        A.Send(1);
        B.Send(1);
        while (!(A.HasAllOf(B) && B.HasAllOf(A)))
        {
            Assert.True(_now - begun < TimeSpan.FromMinutes(3), "the ends do not find each other");
            Wait(TimeSpan.FromMilliseconds(500));
            for (int i = 0; i < 4; i++)
            {
                Carry(0, int.MaxValue);
                Carry(1, int.MaxValue);
            }

            A.Send(1_000);
            B.Send(20);
            Carry(0, int.MaxValue);
            Carry(1, int.MaxValue);
        }

        return _now - begun;
    }

    private void Carry(int end, int most)
    {
        List<byte> pipe = _ends[end].Pipe;
        byte[] bytes = [.. pipe.Take(most)];
        pipe.RemoveRange(0, bytes.Length);
        LineEnd other = _ends[1 - end];
        other.Core.Receive(bytes);
        other.Collect();
    }
}
