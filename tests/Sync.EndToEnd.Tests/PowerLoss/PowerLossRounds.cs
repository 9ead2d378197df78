using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sync.EndToEnd.Tests.Crash;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>Lets machines lose power under load, over and over, and looks each time whether every promise was kept.</summary>
internal sealed partial class PowerLossRounds
{
    private static readonly TimeSpan FlushWait = TimeSpan.FromSeconds(3);

    private readonly PoweredPair _pair;
    private readonly Load _load;
    private readonly Random _random;
    private readonly PowerLossFigures _figures;
    private readonly StringBuilder _log = new();

    public PowerLossRounds(PoweredPair pair, int seed, PowerLossFigures figures)
    {
        _pair = pair;
        _load = new Load(pair.Host.Tree, pair.Guest.Tree, seed);
        _load.Alone.Add(new DurableWriter(pair.Host.Tree, "host-syncs", seed + 200));
        _load.Alone.Add(new DurableWriter(pair.Guest.Tree, "guest-syncs", seed + 201));
        _random = new Random(seed);
        _figures = figures;
    }

    private TestTree[] Trees => [_pair.Host.Tree, _pair.Guest.Tree];

    /// <summary>The host, the guest or both lose power at some moment, while all save; they start again, and all is checked.</summary>
    public async Task RunOneAsync()
    {
        _log.Clear();
        try
        {
            await CoreAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{e.Message}\n{_log}\n{await StateAsync(_pair.Host.Agent)}\n{await StateAsync(_pair.Guest.Agent)}", e);
        }
    }

    private static async Task<string> StateAsync(TestAgent agent) => $"{await agent.RunAsync("status", "--json")}\n{agent}";

    private async Task CoreAsync()
    {
        Machine[] victims = _random.Next(5) switch { 0 or 1 => [_pair.Host], 2 or 3 => [_pair.Guest], _ => [_pair.Host, _pair.Guest] };
        (int toFlush, int toLoss, int toEnd) = (_random.Next(250), _random.Next(50, 900), _random.Next(400));
        _log.Append(CultureInfo.InvariantCulture, $"flush after {toFlush} ms, loss of {string.Join(" and ", victims.Select(victim => Path.GetFileName(victim.Agent.Executable)))} after {toLoss} ms, end of the load {toEnd} ms later\n");
        Acknowledged? acknowledged;
        using (var stopLost = new CancellationTokenSource())
        using (var stopOthers = new CancellationTokenSource())
        {
            Task[] loads = [.. Trees.Select(tree => _load.RunAsync(IsLost(tree, victims) ? stopLost.Token : stopOthers.Token, tree))];
            Task<Acknowledged?> flushing = FlushAsync(toFlush);
            // In half of the rounds after a flush has ended, if it does soon: what it acknowledged is to be there.
            if (_random.Next(2) == 0)
                await Task.WhenAny(flushing, Task.Delay(FlushWait));
            // The power is to go at any moment, whatever is going on.
            await Task.Delay(toLoss);
            acknowledged = flushing.IsCompletedSuccessfully ? await flushing : null;
            await stopLost.CancelAsync();
            await Task.WhenAll(loads.Where((_, i) => IsLost(Trees[i], victims)));
            await Machine.LosePowerAsync(victims);
            await Task.Delay(toEnd);
            await stopOthers.CancelAsync();
            await Task.WhenAll(loads);
            await flushing;
        }

        _figures.Losses++;
        _figures.Images += victims.Length;
        if (acknowledged is not null)
        {
            _figures.Acknowledged++;
            _figures.AcknowledgedFiles += acknowledged.Check(Trees);
            _log.Append("a flush was acknowledged before the loss\n");
        }

        var left = victims.ToDictionary(victim => victim.Tree, victim => Contents(victim.Tree));
        var others = Trees.Where(tree => !IsLost(tree, victims)).ToDictionary(tree => tree, Contents);
        foreach (Machine victim in victims)
            await victim.BootAsync();
        await Settling.RunAsync(_pair.Host.Agent, _pair.Guest.Agent);
        Check(left, others);
    }

    private static bool IsLost(TestTree tree, Machine[] victims) => victims.Any(victim => victim.Tree == tree);

    /// <summary>What a flush, called after a while, has acknowledged; null if it has not.</summary>
    private async Task<Acknowledged?> FlushAsync(int after)
    {
        await Task.Delay(after);
        Acknowledged saved = Acknowledged.Now(_load);
        CommandResult result = _random.Next(2) == 0 ? await _pair.Guest.Agent.RunAsync("flush", "--timeout", "20s") : await _pair.Host.Agent.RunAsync("flush", "--all", "--timeout", "20s");
        return result.ExitCode == 0 ? saved : null;
    }

    /// <summary>All files but the replica's own, with what is in them.</summary>
    private static Dictionary<string, string> Contents(TestTree tree) =>
        TreeSnapshot.Of(tree.Root).Entries.Where(entry => entry.Value.Kind == "file").ToDictionary(entry => entry.Key, entry => tree.Read(entry.Key), StringComparer.Ordinal);

    /// <param name="left">What the disks that lost power had, before the agents started again.</param>
    /// <param name="others">What the others had then.</param>
    private void Check(Dictionary<TestTree, Dictionary<string, string>> left, Dictionary<TestTree, Dictionary<string, string>> others)
    {
        _pair.Check();
        Dictionary<string, string> now = Contents(_pair.Host.Tree);
        var wrong = new List<string>();
        foreach (LoadWriter writer in _load.Alone)
        {
            Dictionary<string, string> found = Within(writer, now);
            if (writer.IsDurable || !left.TryGetValue(writer.Tree, out Dictionary<string, string>? own))
                wrong.AddRange(CheckWhole(writer, found));
            else
                wrong.AddRange(CheckRest(writer, Within(writer, own), [.. left.Values.Concat(others.Values).Select(contents => Within(writer, contents))], found));
            Dictionary<string, string> saved = writer.Finished();
            foreach ((TestTree tree, Dictionary<string, string> contents) in left)
            {
                if (tree != writer.Tree)
                    _figures.TornByAgent += Within(writer, contents).Count(file => !writer.CanHaveMade(file.Value) && saved.GetValueOrDefault(file.Key) != file.Value);
            }

            writer.GoOnFrom(found);
        }

        wrong.AddRange(CheckShared(left));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        foreach (TestTree replica in Trees)
            Assert.Empty(Leftovers.In(replica, contents: false));
    }

    private static Dictionary<string, string> Within(LoadWriter writer, Dictionary<string, string> contents) =>
        contents.Where(file => file.Key.StartsWith(writer.Name + "/", StringComparison.Ordinal) && !file.Key.EndsWith(".new", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);

    /// <summary>Of a writer whose disk has all that it saved: that is there, and nothing else.</summary>
    /// <remarks>What the other side was told may have outlived what it was told by: that is an edit to whoever does not know it any more. Then one is in a copy.</remarks>
    private IEnumerable<string> CheckWhole(LoadWriter writer, Dictionary<string, string> found)
    {
        Dictionary<string, string> saved = writer.Finished();
        foreach ((string path, string content) in saved)
        {
            string? stands = found.GetValueOrDefault(path);
            // (There is nothing at the path of a file whose name a directory has: one that it was given to, and that the other side does not know to be gone.)
            if (stands == content || CopiesOf(path, found).Contains(content))
                continue;
            if (stands is null)
                yield return $"{path}: missing, was '{Acknowledged.Head(content)}'; copies: {string.Join(", ", found.Keys.Where(IsCopy))}";
            else
                yield return $"{path}: is '{Acknowledged.Head(stands)}' of {stands.Length}, was saved as '{Acknowledged.Head(content)}' of {content.Length}";
        }

        foreach ((string path, string content) in found)
        {
            if (saved.ContainsKey(path))
                continue;
            if (!writer.CanHaveMade(content) && !saved.ContainsValue(content))
                yield return $"{path}: is torn, '{Acknowledged.Head(content)}' of {content.Length}";
            else if (IsCopy(path))
                _figures.Copies++;
            else
                _figures.CameBack++;
        }
    }

    private static bool IsCopy(string path) => path.Contains(" (conflict ", StringComparison.Ordinal);

    /// <summary>What conflict copies of a file hold, or it itself in one of its directory: a directory that had a file's name in the moment of the loss may be one, beside the file.</summary>
    private static IEnumerable<string> CopiesOf(string path, Dictionary<string, string> files) =>
        files.Where(file => IsCopy(file.Key) && CopyMark().Replace(file.Key, "") == path).Select(file => file.Value);

    [GeneratedRegex(@" \(conflict [^/)]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex CopyMark();

    /// <summary>Of a writer whose disk lost what had not reached it: no file is torn but those that were torn on that disk, for nobody had synced them; and
    /// the newest of a file that any disk has is not lost to an older.</summary>
    private IEnumerable<string> CheckRest(LoadWriter writer, Dictionary<string, string> own, Dictionary<string, string>[] disks, Dictionary<string, string> found)
    {
        Dictionary<string, string> saved = writer.Finished();
        foreach ((string path, string content) in found)
        {
            // From an earlier round.
            if (saved.GetValueOrDefault(path) == content)
                continue;
            // What the other side has of it may be newer, and what the disk lost is seen as an edit of that: both are kept.
            if (IsCopy(path))
                _figures.Copies++;
            if (writer.CanHaveMade(content))
                continue;
            _figures.TornByProgram++;
            if (!own.ContainsValue(content) && !saved.ContainsValue(content))
                yield return $"{path}: is torn, '{Acknowledged.Head(content)}' of {content.Length}, and was '{(own.TryGetValue(path, out string? before) ? Acknowledged.Head(before) : "not there")}' on its disk";
        }

        if (!writer.KeepsFiles)
            yield break;
        foreach (string path in disks.SelectMany(files => files.Keys).Distinct())
        {
            // What its own program left torn on its disk is newer than all else.
            if (IsCopy(path) || (own.TryGetValue(path, out string? mine) && writer.LastSaveIn(mine) == 0))
                continue;
            int newest = disks.Max(files => files.TryGetValue(path, out string? content) ? writer.LastSaveIn(content) : 0);
            int stands = CopiesOf(path, found).Append(found.GetValueOrDefault(path, "")).Max(writer.LastSaveIn);
            if (stands < newest)
                yield return $"{path}: save {newest} was on a disk after the loss, save {stands} is all there is now";
        }
    }

    /// <summary>In shared files one takes the name: the other's last save is a conflict copy, or was seen and replaced, and is in a version store.</summary>
    private IEnumerable<string> CheckShared(Dictionary<TestTree, Dictionary<string, string>> left)
    {
        Lazy<HashSet<string>> everywhere = new(() => [.. Trees.SelectMany(SharedWriter.AllContents)]);
        foreach (LoadWriter writer in _load.Shared)
        {
            foreach ((string path, string content) in writer.Finished())
            {
                if (!left.ContainsKey(writer.Tree) && !everywhere.Value.Contains(content))
                    yield return $"{path}: '{Acknowledged.Head(content)}' is nowhere";
            }

            writer.GoOnFrom(new Dictionary<string, string>());
        }
    }
}
