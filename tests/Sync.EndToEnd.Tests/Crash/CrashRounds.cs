using System.Globalization;
using System.Text;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Kills agents under load, over and over, and looks each time whether every promise was kept.</summary>
internal sealed class CrashRounds
{
    private static readonly TimeSpan FlushWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SweepLimit = TimeSpan.FromSeconds(150);

    private readonly Pair _pair;
    private readonly Load _load;
    private readonly Random _random;
    private readonly StringBuilder _log = new();

    public CrashRounds(Pair pair, int seed)
    {
        _pair = pair;
        _load = new Load(pair.Host.Tree, pair.Guest.Tree, seed);
        _random = new Random(seed);
    }

    /// <summary>Flushes that were acknowledged before a kill.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Files of theirs that were looked for.</summary>
    public int AcknowledgedFiles { get; private set; }

    /// <summary>Kills.</summary>
    public int Kills { get; private set; }

    /// <summary>Saves that were finished and stand.</summary>
    public int Files => _load.Alone.Sum(writer => writer.Finished().Count);

    /// <summary>Kills the host, the guest, or both, at some moment, while all save; starts them again, and checks.</summary>
    public async Task RunOneAsync()
    {
        _log.Clear();
        try
        {
            await CoreAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{e.Message}\n{_log}\n{await StateAsync(_pair.Host)}\n{await StateAsync(_pair.Guest)}", e);
        }
    }

    private static async Task<string> StateAsync(TestAgent agent) => $"{await agent.RunAsync("status", "--json")}\n{agent}";

    private async Task CoreAsync()
    {
        int victims = _random.Next(5);
        TestAgent[] killed = victims switch { 0 or 1 => [_pair.Host], 2 or 3 => [_pair.Guest], _ => [_pair.Host, _pair.Guest] };
        (int toFlush, int toKill, int toEnd) = (_random.Next(250), _random.Next(50, 900), _random.Next(400));
        _log.Append(CultureInfo.InvariantCulture, $"flush after {toFlush} ms, kill of {string.Join(" and ", killed.Select(agent => Path.GetFileName(agent.Executable)))} after {toKill} ms, end of the load {toEnd} ms later\n");
        Acknowledged? acknowledged;
        using (var stop = new CancellationTokenSource())
        {
            Task load = _load.RunAsync(stop.Token);
            Task<Acknowledged?> flushing = FlushAsync(toFlush);
            // In a third of the rounds after a flush has ended, if it does soon: what it acknowledged is to be there.
            if (_random.Next(3) == 0)
                await Task.WhenAny(flushing, Task.Delay(FlushWait));
            // The kill is to come at any moment, whatever is going on.
            await Task.Delay(toKill);
            acknowledged = flushing.IsCompletedSuccessfully ? await flushing : null;
            foreach (TestAgent agent in killed)
                await agent.KillAsync();
            Kills += killed.Length;
            await Task.Delay(toEnd);
            await stop.CancelAsync();
            await load;
            await flushing;
        }

        if (acknowledged is not null)
        {
            Acknowledged++;
            AcknowledgedFiles += acknowledged.Check(_pair.Host.Tree, _pair.Guest.Tree);
            _log.Append("a flush was acknowledged before the kill\n");
        }

        foreach (TestAgent agent in killed)
            await agent.StartAsync();
        await Settling.RunAsync(_pair.Host, _pair.Guest);
        Check();
    }

    /// <summary>What a flush, called after a while, has acknowledged; null if it has not.</summary>
    private async Task<Acknowledged?> FlushAsync(int after)
    {
        await Task.Delay(after);
        Acknowledged saved = Crash.Acknowledged.Now(_load);
        CommandResult result = _random.Next(2) == 0 ? await _pair.Guest.RunAsync("flush", "--timeout", "20s") : await _pair.Host.RunAsync("flush", "--all", "--timeout", "20s");
        return result.ExitCode == 0 ? saved : null;
    }

    private void Check()
    {
        _pair.Check();
        TestTree tree = _pair.Host.Tree;
        string[] paths = [.. TreeSnapshot.Of(tree.Root).Entries.Where(entry => entry.Value.Kind == "file").Select(entry => entry.Key)];
        foreach (LoadWriter writer in _load.Alone)
        {
            Dictionary<string, string> finished = writer.Finished();
            string[] found = [.. paths.Where(path => path.StartsWith(writer.Name + "/", StringComparison.Ordinal))];
            string[] wrong =
            [
                .. found.Except(finished.Keys).Select(path => $"{path}: nobody left it there, '{Crash.Acknowledged.Head(tree.Read(path))}'"),
                .. finished.Keys.Except(found).Select(path => $"{path}: missing, was '{Crash.Acknowledged.Head(finished[path])}'"),
                .. finished.Where(file => found.Contains(file.Key) && tree.Read(file.Key) != file.Value)
                    .Select(file => $"{file.Key}: is '{Crash.Acknowledged.Head(tree.Read(file.Key))}' of {tree.Read(file.Key).Length}, was saved as '{Crash.Acknowledged.Head(file.Value)}' of {file.Value.Length}"),
            ];
            Assert.True(wrong.Length == 0, string.Join('\n', wrong));
        }

        CheckShared();
        foreach (TestTree replica in (TestTree[])[_pair.Host.Tree, _pair.Guest.Tree])
            Assert.Empty(Leftovers.In(replica, contents: false));
    }

    /// <summary>Waits until the replicas' own directories hold nothing but versions: contents that nobody wants are removed within two minutes.</summary>
    public async Task CheckLeftoversAsync()
    {
        foreach (TestTree replica in (TestTree[])[_pair.Host.Tree, _pair.Guest.Tree])
        {
            await Eventually.HoldsAsync(
                () => Task.FromResult(Leftovers.In(replica, contents: true).Length == 0),
                () => $"nothing is left over in {replica.Root}: {string.Join(' ', Leftovers.In(replica, contents: true))}",
                SweepLimit);
        }
    }

    /// <summary>In shared files one takes the name: the other's last save is a conflict copy, or was seen and replaced, and is in a version store.</summary>
    private void CheckShared()
    {
        Lazy<HashSet<string>> everywhere = new(() => [.. ((TestTree[])[_pair.Host.Tree, _pair.Guest.Tree]).SelectMany(SharedWriter.AllContents)]);
        foreach (LoadWriter writer in _load.Shared)
        {
            foreach ((string path, string content) in writer.Finished())
            {
                if (_pair.Host.Tree.Has(path) && _pair.Host.Tree.Read(path) == content)
                    continue;
                Assert.True(everywhere.Value.Contains(content), $"{path}: '{Crash.Acknowledged.Head(content)}' is nowhere");
            }
        }
    }
}
