using CsCheck;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;

namespace Sync.Protocol.Tests.Parts;

/// <summary>Any valid record that crosses the wire.</summary>
internal static class Gens
{
    private static readonly string[] Texts = ["a", "src", "ünï", "😀", " ", "-", "CON", "a\nb", "名", "\ufffd"];

    public static readonly Gen<string> Name = Gen.Int[0, Texts.Length - 1].Select(i => Texts[i]).List[1, 8].Select(parts => string.Concat(parts));

    public static readonly Gen<string> Text = Gen.OneOf(Gen.Const(""), Name);

    public static readonly Gen<ContentId> Content = Gen.Byte.Array[32].Select(b => new ContentId(b));

    public static readonly Gen<ContentId> MaybeContent = Gen.OneOf(Gen.Const(default(ContentId)), Content);

    public static readonly Gen<Revision> Revision = Gen.OneOf(Gen.Const(0L), Gen.Long[0, 1000], Gen.Const(long.MaxValue)).Select(v => new Revision(v));

    public static readonly Gen<ReadOnlyMemory<byte>> Bytes = Gen.Byte.Array[0, 40].Select(b => (ReadOnlyMemory<byte>)b);

    public static readonly Gen<Entry> HostEntry = EntryOf(Gen.Long[1, long.MaxValue]);

    public static readonly Gen<Entry> GuestEntry = EntryOf(Gen.OneOf(Gen.Long[long.MinValue, -1], Gen.Long[1, long.MaxValue]));

    public static readonly Gen<Problem> Problem = Gen.Select(Text, Text, Text, (path, code, message) => new Problem(path, code, message));

    public static readonly Gen<SyncDirection> Direction = Gen.Enum<SyncDirection>();

    public static readonly Gen<SharePolicy> Policy =
        from conflicts in Gen.Enum<ConflictPolicy>()
        from patterns in Gen.Select(Text, Gen.Enum<ConflictPolicy>(), KeyValuePair.Create).List[0, 3]
        from ignore in Text.List[0, 3]
        from flags in Gen.Bool.Array[2]
        from percents in Gen.Int[0, 100].Array[2]
        from free in Gen.Long[0, long.MaxValue]
        from days in Gen.Int[0, int.MaxValue]
        from directions in Direction.Array[2]
        select new SharePolicy
        {
            Conflicts = conflicts, ConflictPatterns = patterns, Ignore = ignore, VcsIgnore = flags[0], Ownership = flags[1], MaxDeletePercent = percents[0],
            MinFreeBytes = free, VersionDays = days, VersionPercent = percents[1], GuestDirection = directions[0], HostDirection = directions[1],
        };

    public static readonly Gen<Change> Change =
        from entry in GuestEntry
        from facets in Gen.Int[1, 7]
        from bases in Revision.Array[3]
        from observed in Gen.Long
        from inline in Gen.OneOf(Gen.Const((ReadOnlyMemory<byte>?)null), Bytes.Select(b => (ReadOnlyMemory<byte>?)b))
        select new Change
        {
            Entry = entry, Facets = (Facets)facets, BasePlace = bases[0], BaseContent = bases[1], BaseMode = bases[2], ObservedNs = observed, Inline = inline,
        };

    public static readonly Gen<GuestMessage> GuestMessage = Gen.OneOf<GuestMessage>(
        Gen.Select(Gen.Long, Change.List[0, 5], (id, changes) => (GuestMessage)new GuestMessage.Propose(new Proposal(id, changes))),
        Gen.Select(Revision, Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], Problem.List[0, 4], Gen.Select(Revision, Gen.Int[0, int.MaxValue], (r, us) => new Landing(r, TimeSpan.FromMicroseconds(us))).List[0, 4], (r, e, b, p, l) => (GuestMessage)new GuestMessage.Applied(r, e, b, p) { Landed = l }),
        Gen.Long.Select(id => (GuestMessage)new GuestMessage.Flush(id)),
        Gen.Select(Gen.Long, Gen.Enum<FlushOutcome>(), Gen.String[Gen.Char.AlphaNumeric, 0, 20].Select(r => r.Length == 0 ? null : r), Problem.List[0, 4], (id, outcome, reason, p) => (GuestMessage)new GuestMessage.FlushDone(id, outcome, reason, p)));

    public static readonly Gen<HostMessage> HostMessage = Gen.OneOf<HostMessage>(
        Gen.Select(Gen.ULong, Gen.Bool, Gen.Long[1, long.MaxValue], Revision, Policy, Direction, Gen.Bool, Text,
            (epoch, reset, root, head, policy, direction, ro, name) =>
                (HostMessage)new HostMessage.Welcome(epoch, reset, new EntryId(root), head, policy, direction, ro, name) { Kept = new Revision(head.Value / 2), TellsAll = !reset, IsLooking = ro, KeptDisk = !ro }),
        Gen.Select(HostEntry.List[0, 5], Gen.Select(Content, Bytes, KeyValuePair.Create).List[0, 3], (items, inline) => (HostMessage)new HostMessage.Entries(items, inline)),
        Gen.Select(Revision, Gen.Bool, (r, looked) => (HostMessage)new HostMessage.Committed(r) { HasLooked = looked }),
        Gen.Select(Gen.Long, Outcome().List[0, 5], (id, items) => (HostMessage)new HostMessage.Outcomes(id, items)),
        Gen.Select(Gen.Long, Revision, Problem.List[0, 4], (id, r, p) => (HostMessage)new HostMessage.FlushReached(id, r, p)),
        Gen.Select(Gen.Long, Gen.String[Gen.Char.AlphaNumeric, 0, 20], Gen.Bool, Gen.Int[1, 100_000], (id, prefix, durable, ms) => (HostMessage)new HostMessage.FlushAsked(id, new FlushScope(prefix, durable), TimeSpan.FromMilliseconds(ms))),
        Gen.Select(Policy, Direction, Gen.Bool, (policy, direction, ro) => (HostMessage)new HostMessage.PolicyChanged(policy, direction, ro)),
        Gen.Bool.Select(paused => (HostMessage)new HostMessage.Paused(paused)),
        Gen.Select(Gen.Long[1, long.MaxValue], Content, (id, content) => (HostMessage)new HostMessage.ContentWanted(new EntryId(id), content)),
        Gen.Select(Gen.Long[1, long.MaxValue], Gen.Long[0, long.MaxValue], Content, Gen.Bool, (token, length, content, ended) => (HostMessage)new HostMessage.Growing(token, length, ended ? default : content, ended ? content : default) { HasEnded = ended }));

    public static readonly Gen<SessionHello> Hello = Gen.Select(
        Name, Name.List[0, 3], Gen.ULong, Revision, Gen.ULong, Gen.OneOf(Gen.Const((SyncDirection?)null), Direction.Select(d => (SyncDirection?)d)), Gen.Long,
        (share, path, epoch, cursor, process, direction, clock) => new SessionHello
        {
            Share = share, SubPath = string.Join('/', path), Epoch = epoch, Cursor = cursor, Process = process, Direction = direction, ClockNs = clock,
        });

    public static readonly Gen<ContentFrame> Frame = Gen.OneOf<ContentFrame>(
        Gen.Select(Gen.Long, Content, Bytes, (id, content, bytes) => (ContentFrame)new ContentFrame.Whole(id, content, bytes)),
        Gen.Select(Gen.Long, Gen.Int[0, 65_536], Gen.Byte.Array[0, 30], Bytes, (id, length, steps, literals) =>
            (ContentFrame)new ContentFrame.Patched(id, length, steps, literals[..Math.Min(literals.Length, 65_000)])),
        Gen.Select(Gen.Long, Content, MaybeContent, Gen.Long[0, long.MaxValue], Gen.OneOf(Bytes, Gen.Int[0, 200_000].Select(n => (ReadOnlyMemory<byte>)Some(n))),
            (id, content, basis, offset, manifest) => (ContentFrame)new ContentFrame.Start(id, content, basis, offset, manifest) { GrowsTo = offset / 3 }),
        Gen.Select(Gen.Long, Bytes, (id, bytes) => (ContentFrame)new ContentFrame.Data(id, bytes)),
        Gen.Select(Gen.Long, Gen.Enum<TransferStatus>(), Gen.OneOf(Gen.Const((string?)null), Text!), (id, status, detail) => (ContentFrame)new ContentFrame.End(id, status, detail)),
        Gen.Select(Gen.Long, Content, (id, content) => (ContentFrame)new ContentFrame.Ask(id, content)));

    public static readonly Gen<ContentRequest> Request = Gen.Select(
        Gen.Long, Gen.Long[1, long.MaxValue], Content, MaybeContent, Gen.Long[0, long.MaxValue],
        (id, entry, content, basis, offset) => new ContentRequest(id, new EntryId(entry), content, basis, offset));

    public static readonly Gen<ContentRequest> PatchRequest = Gen.Select(Request, Gen.Int[PatchSums.WorthwhileLength, PatchSums.MaxLength], (request, length) => request with { Sums = PatchSums.Of(Some(length)) });

    public static byte[] Some(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static Gen<Outcome> Outcome() => Gen.Select(
        Gen.OneOf(Gen.Long[long.MinValue, -1], Gen.Long[1, 9]), Gen.Long[0, long.MaxValue], Gen.Enum<Verdict>(), Gen.OneOf(Gen.Const((string?)null), Text!),
        (proposed, id, verdict, detail) => new Outcome(new EntryId(proposed), new EntryId(id), verdict, new Revision(id), detail));

    private static Gen<Entry> EntryOf(Gen<long> ids) =>
        from id in ids
        from parent in ids.Where(p => p != id)
        from name in Name
        from kind in Gen.Int[1, 3].Select(k => (EntryKind)k)
        from mode in Gen.UInt[0, 0xFFF]
        from owner in Gen.OneOf(Gen.Const((ulong?)null), Gen.ULong.Select(o => (ulong?)o))
        from size in Gen.Long[0, long.MaxValue]
        from mtime in Gen.Long
        from content in MaybeContent
        from target in Name
        from deleted in Gen.Bool
        from revisions in Revision.Array[3]
        from root in Gen.Int[0, 9]
        let isRoot = root == 0 && kind == EntryKind.Directory
        select new Entry
        {
            Id = new EntryId(id), Parent = isRoot ? EntryId.None : new EntryId(parent), Name = isRoot ? "" : name, Kind = kind, Mode = mode, Owner = owner, Size = size, MtimeNs = mtime,
            Content = content, LinkTarget = kind == EntryKind.Symlink ? target : null, Deleted = deleted,
            PlaceRevision = revisions[0], ContentRevision = revisions[1], ModeRevision = revisions[2],
        };
}
