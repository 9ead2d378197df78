using System.Numerics;

namespace Sync.Engine.Ignoring;

/// <summary>
/// A compiled pattern. Matching never backtracks over more than one star (names) or follows all possibilities at once (paths),
/// so it is O(text · pattern) whatever the pattern is.
/// </summary>
/// <remarks>Paths are matched as a nondeterministic automaton whose state set can be kept between directory levels:
/// a rule set deep in a tree goes on from where its directory left off, and looks only at the last name.</remarks>
internal sealed class WildProgram
{
    private readonly WildOp[] _ops;
    private readonly ByteSet[] _sets;

    public WildProgram(WildOp[] ops, ByteSet[] sets)
    {
        _ops = ops;
        _sets = sets;
        foreach (WildOp op in ops)
            HasStar |= op.Kind is WildOpKind.Star or WildOpKind.DeepStar;
    }

    /// <summary>The number of steps.</summary>
    public int Length => _ops.Length;

    /// <summary>Whether some step takes any number of bytes.</summary>
    public bool HasStar { get; }

    /// <summary>The words that a state set of this program takes: one bit a step, and one for the end.</summary>
    public int StateWords => (_ops.Length >> 6) + 1;

    /// <summary>Matches a whole name. For programs without <see cref="WildOpKind.DeepStar"/>: going back to the last star only is then enough.</summary>
    public bool MatchesName(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<WildOp> ops = _ops;
        int op = 0, at = 0, star = -1, starAt = 0;
        while (at < name.Length)
        {
            if (op < ops.Length && ops[op].Kind == WildOpKind.Star)
            {
                star = op++;
                starAt = at;
            }
            else if (op < ops.Length && Takes(ops[op], name[at]))
            {
                op++;
                at++;
            }
            else if (star >= 0)
            {
                op = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }

        while (op < ops.Length && ops[op].Kind == WildOpKind.Star)
            op++;
        return op == ops.Length;
    }

    /// <summary>The states before any text.</summary>
    public ulong[] Start()
    {
        var states = new ulong[StateWords];
        Enter(states, 0);
        return states;
    }

    /// <summary>Moves <paramref name="states"/> on over <paramref name="text"/>; false if nothing can match any more.</summary>
    /// <param name="states">The states, changed in place.</param>
    /// <param name="scratch">As long as <paramref name="states"/>; its content does not matter.</param>
    /// <param name="text">What follows in the path.</param>
    public bool Advance(Span<ulong> states, Span<ulong> scratch, ReadOnlySpan<byte> text)
    {
        foreach (byte value in text)
        {
            scratch.Clear();
            ulong any = 0;
            for (int word = 0; word < states.Length; word++)
            {
                for (ulong left = states[word]; left != 0; left &= left - 1)
                {
                    int op = (word << 6) + BitOperations.TrailingZeroCount(left);
                    if (op == _ops.Length)
                        continue;
                    WildOpKind kind = _ops[op].Kind;
                    if (kind is WildOpKind.Star or WildOpKind.DeepStar)
                    {
                        if (kind == WildOpKind.DeepStar || value != (byte)'/')
                        {
                            Enter(scratch, op);
                            any = 1;
                        }
                    }
                    else if (kind != WildOpKind.SkipTwo && Takes(_ops[op], value))
                    {
                        Enter(scratch, op + 1);
                        any = 1;
                    }
                }
            }

            scratch.CopyTo(states);
            if (any == 0)
                return false;
        }

        return true;
    }

    /// <summary>Whether the text so far is a match.</summary>
    public bool Accepts(ReadOnlySpan<ulong> states) => (states[_ops.Length >> 6] >> (_ops.Length & 63) & 1) != 0;

    private bool Takes(WildOp op, byte value) => op.Kind switch
    {
        WildOpKind.Byte => op.Value == value,
        WildOpKind.One => value != (byte)'/',
        WildOpKind.Set => _sets[op.Value].Contains(value),
        _ => false,
    };

    /// <summary>Sets a state, and those that follow it without taking a byte. Stars never follow stars and skips never follow skips
    /// (the compiler joins them), so this does not go deep.</summary>
    private void Enter(Span<ulong> states, int op)
    {
        while (true)
        {
            states[op >> 6] |= 1UL << (op & 63);
            if (op == _ops.Length)
                return;
            switch (_ops[op].Kind)
            {
                case WildOpKind.Star or WildOpKind.DeepStar:
                    op++;
                    break;
                case WildOpKind.SkipTwo:
                    Enter(states, op + 3);
                    op++;
                    break;
                default:
                    return;
            }
        }
    }
}
