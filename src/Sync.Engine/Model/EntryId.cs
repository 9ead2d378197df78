namespace Sync.Engine.Model;

/// <summary>
/// An entry's stable id within a share. The journal gives positive ids, never again; the root of a share is 1.
/// A negative id is provisional: given by a replica to what it found on disk and the journal does not know yet.
/// </summary>
public readonly record struct EntryId(long Value)
{
    /// <summary>The root directory of every share.</summary>
    public static readonly EntryId Root = new(1);

    /// <summary>No entry: the parent of the root.</summary>
    public static readonly EntryId None;

    /// <summary>True until the journal has accepted the entry.</summary>
    public bool IsProvisional => Value < 0;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
