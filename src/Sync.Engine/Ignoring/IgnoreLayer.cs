namespace Sync.Engine.Ignoring;

/// <summary>One ignore file, as it stands in a directory at or below its own. Immutable.</summary>
/// <param name="File">The file.</param>
/// <param name="Paths">Its path patterns that can still match here, last first.</param>
internal sealed record IgnoreLayer(IgnoreFile File, PathProgress[] Paths)
{
    /// <summary>The index of the last pattern that matches, or -1.</summary>
    /// <param name="rest">The path below this directory.</param>
    /// <param name="name">Its last name.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public int LastMatch(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, bool isDirectory)
    {
        int last = File.Names.LastMatch(name, isDirectory);
        foreach (PathProgress path in Paths)
        {
            if (path.Index < last)
                break;
            if ((isDirectory || !path.Pattern.DirectoryOnly) && path.Matches(rest))
                return path.Index;
        }

        return last;
    }

    /// <summary>Goes on into a directory; null if the file can match nothing there, this object if nothing changes.</summary>
    /// <param name="step">The directory's name and a '/'.</param>
    public IgnoreLayer? Enter(ReadOnlySpan<byte> step)
    {
        if (Paths.Length == 0)
            return this;
        List<PathProgress>? changed = null;
        for (int i = 0; i < Paths.Length; i++)
        {
            PathProgress? next = Paths[i].Enter(step);
            if (next == Paths[i] && changed is null)
                continue;
            if (changed is null)
            {
                changed = [];
                changed.AddRange(Paths.AsSpan(0, i));
            }

            if (next is not null)
                changed.Add(next);
        }

        if (changed is null)
            return this;
        return changed.Count == 0 && File.Names.IsEmpty ? null : this with { Paths = [.. changed] };
    }

    /// <summary>Whether both give the same answers in every directory from here on.</summary>
    public bool SameAs(IgnoreLayer other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (File != other.File || Paths.Length != other.Paths.Length)
            return false;
        for (int i = 0; i < Paths.Length; i++)
        {
            if (Paths[i].Index != other.Paths[i].Index || !Paths[i].States.AsSpan().SequenceEqual(other.Paths[i].States))
                return false;
        }

        return true;
    }
}
