namespace Sync.Engine.Model;

/// <summary>A place in the journal of a share: given by the host, strictly increasing. 0 is "before everything".</summary>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    /// <summary>Before the first change.</summary>
    public static readonly Revision Zero;

    /// <inheritdoc/>
    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    /// <summary>Earlier in the journal.</summary>
    public static bool operator <(Revision left, Revision right) => left.Value < right.Value;

    /// <summary>Later in the journal.</summary>
    public static bool operator >(Revision left, Revision right) => left.Value > right.Value;

    /// <summary>Not later in the journal.</summary>
    public static bool operator <=(Revision left, Revision right) => left.Value <= right.Value;

    /// <summary>Not earlier in the journal.</summary>
    public static bool operator >=(Revision left, Revision right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => "r" + Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
