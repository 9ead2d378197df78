using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>Proposed changes, to and from the wire.</summary>
internal static class ChangeMapping
{
    public static ChangeItem ToWire(Change change)
    {
        var wire = new ChangeItem
        {
            Entry = EntryMapping.ToWire(change.Entry),
            Facets = (uint)change.Facets,
            BasePlace = Bounds.FromRevision(change.BasePlace),
            BaseContent = Bounds.FromRevision(change.BaseContent),
            BaseMode = Bounds.FromRevision(change.BaseMode),
            ObservedNs = change.ObservedNs,
            Distinct = change.Distinct,
            Hearsay = change.IsHearsay,
        };
        wire.Passed.Add(change.Passed);
        if (change.Inline is not { } inline) return wire;
        if (inline.Length > WireLimits.MaxInline)
            throw new ArgumentException($"A content of {inline.Length} bytes is too large to travel inline: upload it.", nameof(change));
        wire.Inline = UnsafeByteOperations.UnsafeWrap(inline);
        return wire;
    }

    /// <exception cref="LinkException">A value is out of bounds.</exception>
    public static Change FromWire(ChangeItem wire)
    {
        if (wire.Facets is 0 or > WireLimits.AllFacets) throw Bounds.Violation("a change names no facet, or an unknown one");
        if (wire.HasInline && wire.Inline.Length > WireLimits.MaxInline) throw Bounds.Violation("an inline content is too large");
        Bounds.Count(wire.Passed.Count, Change.MaxPassed, "passed contents of a change");
        return new Change
        {
            Entry = EntryMapping.FromWire(wire.Entry, provisional: true),
            Facets = (Facets)wire.Facets,
            BasePlace = Bounds.ToRevision(wire.BasePlace),
            BaseContent = Bounds.ToRevision(wire.BaseContent),
            BaseMode = Bounds.ToRevision(wire.BaseMode),
            ObservedNs = wire.ObservedNs,
            Distinct = wire.Distinct,
            IsHearsay = wire.Hearsay,
            Passed = wire.Passed.Count == 0 ? [] : [.. wire.Passed],
            // Spelt out: a bare null would become empty bytes, and an upload an empty file.
            Inline = wire.HasInline ? wire.Inline.Memory : (ReadOnlyMemory<byte>?)null,
        };
    }
}
