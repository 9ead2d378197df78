namespace Sync.Engine.Ignoring;

/// <summary>How far a path pattern has come on the way to a directory. Immutable.</summary>
/// <param name="Index">The pattern's place in its file.</param>
/// <param name="Pattern">The pattern.</param>
/// <param name="States">Its program's states; never changed.</param>
internal sealed record PathProgress(int Index, IgnorePattern Pattern, ulong[] States)
{
    /// <summary>Goes on into a directory; null if the pattern can match nothing there, this object if nothing changes.</summary>
    /// <param name="step">The directory's name and a '/'.</param>
    public PathProgress? Enter(ReadOnlySpan<byte> step)
    {
        WildProgram program = Pattern.Program!;
        var states = (ulong[])States.Clone();
        if (!program.Advance(states, new ulong[states.Length], step))
            return null;
        return states.AsSpan().SequenceEqual(States) ? this : this with { States = states };
    }

    /// <summary>Whether the pattern matches <paramref name="rest"/> in this directory.</summary>
    public bool Matches(ReadOnlySpan<byte> rest)
    {
        WildProgram program = Pattern.Program!;
        // At most (2 · 4096 + some) / 64 words, by the compiler's bound.
        Span<ulong> states = stackalloc ulong[States.Length];
        Span<ulong> scratch = stackalloc ulong[States.Length];
        States.CopyTo(states);
        return program.Advance(states, scratch, rest) && program.Accepts(states);
    }
}
