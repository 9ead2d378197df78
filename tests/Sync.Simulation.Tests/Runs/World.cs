using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Simulation.Tests.Checks;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Links;
using Sync.Simulation.Tests.Machines;
using Sync.Simulation.Tests.Mutants;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Runs;

/// <summary>One run of a script: the sites, the network, the users, what befalls them, and at the end the checks.</summary>
internal sealed class World
{
    /// <summary>So long after the last act all must be at rest and the same; virtual.</summary>
    private const long LongestRestNs = 240_000_000_000;

    private const long LongestSweepNs = 200_000_000_000;
    /// <summary>A run has some 10,000; one that has so many goes round in circles.</summary>
    private const long MostEvents = 60_000;
    private const long LookNs = 250_000_000;

    private readonly Script _script;
    private readonly Scheduler _scheduler;
    private readonly Trace _trace;
    private readonly Network _network;
    private readonly Site[] _sites;
    private readonly User[] _users;
    private readonly Ledger _ledger = new();
    private readonly Convergence _convergence;
    private readonly Dictionary<Site, bool> _powerAtEffect = [];
    private long _nextLookNs;
    private long _quietSinceNs = -1;
    private long _lastActNs;
    private bool _isHealed;

    /// <summary>Agents or disks have failed: what was in flight may be in a version store only.</summary>
    private bool _isHarmed;

    /// <summary>Not all of the journal has a place on the host's disk: its ignore files leave something out, or edits of its users are kept there.</summary>
    private readonly bool _isPartial;
    private int _faults;
    private string? _failure;

    /// <param name="script">What befalls it.</param>
    /// <param name="text">Where all that happens is written, for somebody to read.</param>
    /// <param name="mutation">What is wrong with it.</param>
    /// <param name="lines">Where what happens is kept, for another run to be compared with it.</param>
    public World(Script script, TextWriter? text, Mutation? mutation = null, List<TraceLine>? lines = null)
    {
        _script = script;
        var dice = new Dice(script.Seed * 2);
        var secrets = new Dice(~script.Seed);
        _scheduler = new Scheduler(dice.Fork());
        _trace = new Trace(text, lines);
        _network = new Network(_scheduler, _trace, dice.Fork());
        _sites = new Site[script.Guests + 1];
        _users = new User[_sites.Length];
        for (var i = 0; i < _sites.Length; i++)
        {
            var site = _sites[i] = new Site(i, _scheduler, _trace, dice.Fork(), secrets.Fork(), script.Disks[i], _network)
            {
                Direction = i < script.Directions.Count ? script.Directions[i] : null,
                IsReader = i < script.Readers.Count && script.Readers[i],
            };
            _users[i] = new User(site, _scheduler, _trace, _ledger, script.IsGit, script.HasNames, script.HasLines);
            if (script.HasLines && i % 2 == 1) site.LineEndings = LineEndings.Crlf(["a", "c", "x/", i == 1 ? "!x/b" : "*.tmp"]);
            site.Policy = script.Policy;
            site.TakesPowerAlong = () => _powerAtEffect.Remove(site, out var takes) && takes;
            site.LosingPower = LosePower;
            site.Disk.LosingInstant = inode => _ledger.Find(inode)?.End("replaced in the last instant, where names cannot be exchanged");
            mutation?.Site(site);
        }

        // Where one side wins, or edits are put back, what has lost is in a version store only; so is, now and then, what was edited while it was left out.
        _isHarmed = script.HasIgnores || script.Policy.Conflicts != ConflictPolicy.KeepBoth || script.Acts.Any(act => act.Kind == ActKind.Revert) || _sites.Any(site => site.Effective == SyncDirection.Mirror);
        _isPartial = script.HasIgnores || _sites[0].Effective != SyncDirection.TwoWay;
        mutation?.Network(_network);
        _network.Host = _sites[0];
        _convergence = new Convergence(_sites, script.HasIgnores);
        foreach (var act in script.Acts)
        {
            _lastActNs = Math.Max(_lastActNs, act.AtNs);
            _scheduler.StepAt(act.AtNs, () => Do(act));
        }
    }

    /// <summary>Runs to the end.</summary>
    public RunResult Run()
    {
        foreach (var site in _sites)
        {
            var delay = site.Number == 0 ? 0 : _network.Dice.Between(0, 300) * 1_000_000L;
            _scheduler.After(delay, site.Start);
        }

        new Pump(RunNext).Run();
        return new RunResult(_script, _failure, _trace.Hash, _users.Sum(u => u.Begun), _faults, _scheduler.NowNs, _scheduler.Events, _convergence.Unavailable.Count);
    }

    private bool RunNext()
    {
        if (_failure is not null) return End();
        if (_scheduler.Events > MostEvents) _failure = $"does not end: {MostEvents} events";
        if (_scheduler.RunNext(_nextLookNs)) return true;
        _nextLookNs = _scheduler.NowNs + LookNs;
        return Look() || End();
    }

    /// <summary>Now and then: whether it is over. False if so.</summary>
    private bool Look()
    {
        foreach (var site in _sites)
        {
            if (site.Defects.Count == 0) continue;
            _failure = "defect: " + site.Defects[0];
            return false;
        }

        if (_scheduler.HasSteps || _scheduler.NowNs < _lastActNs) return true;
        Heal();
        var difference = _convergence.Difference();
        if (difference is null)
        {
            // At rest, and so it stays.
            if (_quietSinceNs < 0) _quietSinceNs = _scheduler.NowNs;
            if (_scheduler.NowNs - _quietSinceNs < 3_000_000_000) return true;
            _failure = LostVersions.Find(_sites, _ledger, !_isHarmed, _isPartial) ?? OneWay.Find(_sites, _ledger) ?? StrangeLinks.Find(_sites) ?? StrayFiles.Find(_sites, _isPartial);
            if (_failure is null || _scheduler.NowNs - _quietSinceNs > LongestSweepNs) return false;
            // Sweeping takes its time.
            _failure = null;
            _nextLookNs = _scheduler.NowNs + 10_000_000_000;
            return true;
        }

        _quietSinceNs = -1;
        if (_scheduler.NowNs < _lastActNs + LongestRestNs) return true;
        _failure = "not the same in the end: " + difference;
        return false;
    }

    private bool End()
    {
        foreach (var site in _sites) site.Process?.End();
        return false;
    }

    private void Heal()
    {
        if (_isHealed) return;
        _isHealed = true;
        _network.LatencyNs = 200_000;
        foreach (var site in _sites)
        {
            site.Disk.IsFull = false;
            site.Faults.OneIn = 0;
            if (site.Process is { } process) process.DiesAfter = 0;
        }
    }

    private void Do(Act act)
    {
        if (act.Site >= _sites.Length) return;
        if (act.Kind == ActKind.Revert)
        {
            Revert(_sites[act.Site]);
            return;
        }

        if (!act.IsFault)
        {
            _users[act.Site].Do(act);
            return;
        }

        _faults++;
        _isHarmed |= act.Kind is not (ActKind.CutLink or ActKind.BreakLink or ActKind.Overflow or ActKind.SlowNetwork or ActKind.Kill or ActKind.KillAtEffect);
        var site = _sites[act.Site];
        var dice = new Dice(act.Seed);
        _trace.Add(_scheduler.NowNs, site.Name, "fault: " + act.Kind, "");
        switch (act.Kind)
        {
            case ActKind.Kill: site.Kill(); break;
            case ActKind.PowerLoss:
                _powerAtEffect[site] = true;
                site.Kill();
                break;
            case ActKind.KillAtEffect or ActKind.PowerLossAtEffect when site.Process is { IsDead: false } process:
                _powerAtEffect[site] = act.Kind == ActKind.PowerLossAtEffect;
                process.DiesAfter = dice.Between(1, 200);
                break;
            case ActKind.CutLink: _network.Cut(Guest(site, dice), dice.Between(10, 5_000) * 1_000_000L); break;
            case ActKind.BreakLink: _network.Break(Guest(site, dice)); break;
            case ActKind.Overflow: site.OverflowWatcher(dice.Between(1, 60) * 1_000_000L); break;
            case ActKind.BadDisk:
                site.Faults.OneIn = dice.Of(3, 10, 40);
                _scheduler.After(dice.Between(1, 1_500) * 1_000_000L, () => site.Faults.OneIn = 0);
                break;
            case ActKind.FullDisk:
                site.Disk.IsFull = true;
                _scheduler.After(dice.Between(1, 2_000) * 1_000_000L, () => site.Disk.IsFull = false);
                break;
            case ActKind.SlowNetwork:
                _network.LatencyNs = dice.Of(50_000, 1_000_000, 20_000_000, 300_000_000);
                break;
        }
    }

    /// <summary>`revert`, which is not waited for: users go on.</summary>
    private void Revert(Site site)
    {
        if (!site.IsUp || site.Replica is not { } replica) return;
        _trace.Add(_scheduler.NowNs, site.Name, "user: revert", "");
        _ = RevertAsync();

        async Task RevertAsync()
        {
            try
            {
                await replica.RevertAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (!site.IsUp && e is OperationCanceledException or ObjectDisposedException)
            {
                // It ended meanwhile.
            }
        }
    }

    private Site Guest(Site site, Dice dice) => site.Number > 0 ? site : _sites[dice.Between(1, _sites.Length - 1)];

    private void LosePower(Site site, Action lose)
    {
        var before = Kept(site);
        lose();
        _users[site.Number].Restart();
        var after = Kept(site);
        var gone = before.Where(version => version.Ended is null && !after.Contains(version)).ToArray();
        if (gone.Length == 0) return;
        // Only what nobody else had yet.
        var elsewhere = _sites.Where(s => s != site).SelectMany(s => s.Number == 0 ? Accepted(s, gone) : Kept(s)).ToHashSet();
        foreach (var version in gone)
            if (!elsewhere.Contains(version)) version.End($"lost with the power of {site.Name}");
    }

    /// <summary>The versions whose bytes a site has.</summary>
    private HashSet<Users.Version> Kept(Site site)
    {
        var found = new HashSet<Users.Version>();
        Disks.SimDisk.Each(site.Disk.Root, "", (_, inode) =>
        {
            if (inode.Data.Length > 0 && _ledger.Find(inode) is { } version) found.Add(version);
        });
        return found;
    }

    /// <summary>Those that the host has, without what stands in its staging and is not in its journal, on disk: of that nobody has been told that it has come.</summary>
    private HashSet<Users.Version> Accepted(Site host, Users.Version[] wanted)
    {
        HashSet<Users.Version> found = [], staged = [];
        Disks.SimDisk.Each(host.Disk.Root, "", (path, inode) =>
        {
            if (inode.Data.Length == 0 || _ledger.Find(inode) is not { } version || !wanted.Contains(version)) return;
            (path.StartsWith(PrivateDirectory.Staging + "/", StringComparison.Ordinal) ? staged : found).Add(version);
        });
        staged.ExceptWith(found);
        if (staged.Count == 0) return found;
        var journal = new Dictionary<long, ReadOnlyMemory<byte>>();
        host.Store("journal.db").Read(journal, []);
        found.UnionWith(staged.Where(version => journal.Values.Any(record => record.Span.IndexOf(IdOf(version)) >= 0)));
        return found;
    }

    private static byte[] IdOf(Users.Version version)
    {
        using var hasher = new ContentHasher(version.Bytes.Length);
        hasher.Append(version.Bytes.Span);
        var id = new byte[ContentId.Size];
        hasher.Finish().Id.CopyTo(id);
        return id;
    }
}
