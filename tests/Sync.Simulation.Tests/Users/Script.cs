using Sync.Engine.Model;
using Sync.Engine.Names;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Users;

/// <summary>All that a run is made of, from its seed.</summary>
internal sealed record Script(ulong Seed, int Guests, DiskTraits[] Disks, IReadOnlyList<Act> Acts)
{
    /// <summary>The share's: in most runs both are kept, and all may write.</summary>
    public SharePolicy Policy { get; init; } = new();

    /// <summary>Users work in what looks like a git directory, where order counts.</summary>
    public bool IsGit { get; init; }

    /// <summary>The direction of each guest, by its number; null: the share's. None for the host.</summary>
    public IReadOnlyList<SyncDirection?> Directions { get; init; } = [];

    /// <summary>The guests that may only read, by their number.</summary>
    public IReadOnlyList<bool> Readers { get; init; } = [];

    /// <summary>Users edit ignore files.</summary>
    public bool HasIgnores { get; init; }

    /// <summary>Users give names that not every disk can hold.</summary>
    public bool HasNames { get; init; }

    /// <summary>Guests have CRLF in some of their files.</summary>
    public bool HasLines { get; init; }

    /// <summary>Makes the script of a seed.</summary>
    public static Script Of(ulong seed, ScriptLimits limits)
    {
        var dice = new Dice(seed * 2 + 1);
        var guests = dice.Between(1, limits.Guests);
        var disks = new DiskTraits[guests + 1];
        for (var i = 0; i < disks.Length; i++) disks[i] = limits.VariesDisks ? Disk(dice) : new DiskTraits();
        var acts = new List<Act>();
        var at = 500_000_000L;
        var count = dice.Between(limits.Acts * 3 / 4, limits.Acts * 5 / 4);
        while (acts.Count < count)
        {
            // Users work in bursts, often several at once, with pauses in which all comes to rest.
            at += dice.Below(10) switch
            {
                0 => dice.Between(100, 1500) * 1_000_000L,
                < 4 => dice.Between(1, 60) * 1_000_000L,
                _ => dice.Between(1, 2000) * 1_000L,
            };
            acts.Add(new Act(acts.Count, at, dice.Below(guests + 1), Kind(dice, limits), dice.NextBits()));
        }

        var faults = dice.Between(limits.Faults / 2, limits.Faults * 3 / 2);
        for (var i = 0; i < faults; i++)
            acts.Add(new Act(acts.Count, 300_000_000 + (long)(dice.NextDouble() * at), dice.Below(guests + 1), Fault(dice, limits), dice.NextBits()));
        var script = new Script(seed, guests, disks, acts) { Policy = PolicyOf(dice, limits), IsGit = dice.OneIn(6) && limits.HasGit, HasLines = limits.HasLines };
        script = WithRights(script, acts, at, limits);
        if (!limits.HasNames) return script;
        for (var i = 0; i < disks.Length; i++) disks[i] = Naming(dice, disks[i]);
        return script with { HasNames = true };
    }

    /// <summary>Who may do what, and what is left out. From dice of their own: without them all else in a seed is the same.</summary>
    private static Script WithRights(Script script, List<Act> acts, long until, ScriptLimits limits)
    {
        var dice = new Dice(script.Seed * 2 ^ 0x5A5A_0000_0000_0001);
        var sites = script.Guests + 1;
        var (isOneWay, isToHost, hasReaders, hasIgnores) = (dice.OneIn(5), dice.OneIn(24), dice.OneIn(6), dice.OneIn(4));
        var directions = new SyncDirection?[sites];
        var readers = new bool[sites];
        for (var i = 1; i < sites; i++)
        {
            var (direction, isReader) = (dice.Of<SyncDirection?>(SyncDirection.ReceiveOnly, SyncDirection.SendOnly, SyncDirection.Mirror, null, null), dice.OneIn(2));
            directions[i] = limits.VariesDirections && isOneWay && !isToHost ? direction : null;
            readers[i] = limits.HasReaders && hasReaders && isReader;
        }

        if (limits.VariesDirections && isToHost) script = script with { Policy = script.Policy with { GuestDirection = SyncDirection.SendOnly, HostDirection = SyncDirection.ReceiveOnly } };
        script = script with { Directions = directions, Readers = readers, HasIgnores = limits.HasIgnores && hasIgnores };
        var reverts = dice.OneIn(2) ? dice.Between(1, 6) : 0;
        for (var i = 0; i < reverts; i++)
        {
            var act = new Act(acts.Count, 500_000_000 + (long)(dice.NextDouble() * until), dice.Below(sites), ActKind.Revert, dice.NextBits());
            if (script.Keeps(act.Site)) acts.Add(act);
        }

        var edits = dice.Between(4, 16);
        for (var i = 0; script.HasIgnores && i < edits; i++)
            acts.Add(new Act(acts.Count, 400_000_000 + (long)(dice.NextDouble() * until), dice.Below(sites), ActKind.EditIgnores, dice.NextBits()));
        return script;
    }

    /// <summary>The direction that holds for a site.</summary>
    public SyncDirection DirectionOf(int site) =>
        site == 0 ? Policy.HostDirection : (site < Directions.Count ? Directions[site] : null) ?? Policy.GuestDirection;

    /// <summary>What a site's users change stays there, and is listed, until it is put back.</summary>
    public bool Keeps(int site) => DirectionOf(site) == SyncDirection.ReceiveOnly || (site < Readers.Count && Readers[site]);

    private static SharePolicy PolicyOf(Dice dice, ScriptLimits limits)
    {
        var which = dice.Below(24);
        if (!limits.VariesPolicies) return new SharePolicy();
        return which switch
        {
            0 or 1 => new SharePolicy { Conflicts = ConflictPolicy.HostWins },
            2 or 3 => new SharePolicy { Conflicts = ConflictPolicy.GuestWins },
            4 or 5 => new SharePolicy { Conflicts = ConflictPolicy.NewestWins },
            _ => new SharePolicy(),
        };
    }

    private static DiskTraits Disk(Dice dice) => dice.Below(8) switch
    {
        0 => new DiskTraits(1_000_000_000, 1_000_000_000),
        1 => new DiskTraits(2_000_000_000, 2_000_000_000),
        2 or 3 => new DiskTraits(1, 4_000_000),
        4 => new DiskTraits(CanExchange: false),
        _ => new DiskTraits(),
    };

    private static DiskTraits Naming(Dice dice, DiskTraits disk) => dice.Below(5) switch
    {
        0 => disk with { FoldsCase = true, Rules = NameRules.Windows },
        1 => disk with { FoldsCase = true, FoldsForms = true, Rules = NameRules.Mac },
        2 => disk with { FoldsCase = true, Rules = NameRules.Fat },
        _ => disk,
    };

    private static ActKind Kind(Dice dice, ScriptLimits limits) => dice.Below(100) switch
    {
        < 22 => ActKind.Create,
        < 34 => ActKind.Overwrite,
        < 52 => ActKind.Replace,
        < 59 => ActKind.Append,
        < 67 => ActKind.Delete,
        < 74 => ActKind.MoveFile,
        < 77 => ActKind.MoveOver,
        < 84 => ActKind.MakeDirectory,
        < 88 => ActKind.MoveDirectory,
        < 90 => ActKind.DeleteTree,
        < 93 => ActKind.ChangeMode,
        < 96 => ActKind.MakeLink,
        < 97 => ActKind.Touch,
        < 98 => limits.HasSwaps ? ActKind.Swap : ActKind.Touch,
        _ => ActKind.Copy,
    };

    private static ActKind Fault(Dice dice, ScriptLimits limits)
    {
        while (true)
        {
            var kind = (ActKind)dice.Between((int)ActKind.Kill, (int)ActKind.SlowNetwork);
            if (limits.FaultKinds.Contains(kind)) return kind;
        }
    }
}
