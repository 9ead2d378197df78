using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Both sides save the same file in the same milliseconds, so that edits fall at every point around the placement of the other's: each finished edit
/// is alive afterwards, in the tree, in a conflict copy, or in a version store.</summary>
public sealed partial class RaceWindowTests
{
    private const int Files = 150;
    private const int Edits = 3;

    /// <summary>Longer than a save takes to the other side, and to its place there.</summary>
    private const double LatestMs = 15;

    [Fact]
    public Task Saves_in_place() => RaceAsync(everyEdit: false, (tree, path, token) => tree.Put(path, token));

    [Fact]
    public Task Saves_by_rename() => RaceAsync(everyEdit: false, Replace);

    [Fact]
    public Task Unlinks_and_creates() => RaceAsync(everyEdit: false, (tree, path, token) =>
    {
        File.Delete(tree.At(path));
        tree.Put(path, token);
    });

    [Fact]
    public Task Appends() => RaceAsync(everyEdit: true, (tree, path, token) => File.AppendAllText(tree.At(path), token));

    [Fact]
    public async Task Goes_on_writing_to_what_it_holds_open()
    {
        var open = new ConcurrentDictionary<string, FileStream>(StringComparer.Ordinal);
        await RaceAsync(
            everyEdit: true,
            (tree, path, token) =>
            {
                FileStream file = open.GetOrAdd(path, _ => new FileStream(tree.At(path), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));
                file.Seek(0, SeekOrigin.End);
                file.Write(Encoding.UTF8.GetBytes(token));
                file.Flush();
            },
            path => open[path].Dispose());
    }

    /// <param name="everyEdit">Each edit is to be alive; else the last of each file: those before it its own program has replaced.</param>
    /// <param name="edit">Brings a token into the guest's file.</param>
    /// <param name="end">The guest's program is done with the file.</param>
    private static async Task RaceAsync(bool everyEdit, Action<TestTree, string, string> edit, Action<string>? end = null)
    {
        await using Pair pair = await Pair.StartAsync(before: tree =>
        {
            for (int i = 0; i < Files; i++)
                tree.Put(PathOf(i), $"[base {i}]");
        });
        await pair.SyncAsync();
        var finished = new ConcurrentBag<string>();
        var random = new Random(1);
        double[][] moments = [.. Enumerable.Range(0, Files).Select(_ => Enumerable.Range(0, Edits).Select(_ => random.NextDouble() * LatestMs).Order().ToArray())];
        for (int i = 0; i < Files; i++)
        {
            string path = PathOf(i);
            string host = $"[host {i}]";
            var clock = Stopwatch.StartNew();
            Replace(pair.Host.Tree, path, host);
            finished.Add(host);
            for (int k = 0; k < Edits; k++)
            {
                // A moment of its own for each, finer than a timer's.
                while (clock.Elapsed.TotalMilliseconds < moments[i][k])
                    Thread.Yield();
                string token = $"[guest {i} {k}]";
                edit(pair.Guest.Tree, path, token);
                if (everyEdit || k == Edits - 1)
                    finished.Add(token);
            }

            end?.Invoke(path);
        }

        await pair.SyncAndCheckAsync();
        HashSet<string> alive = [.. ((TestTree[])[pair.Host.Tree, pair.Guest.Tree]).SelectMany(TokensIn)];
        string[] lost = [.. finished.Where(token => !alive.Contains(token)).Order(StringComparer.Ordinal)];
        Assert.True(lost.Length == 0, $"lost: {string.Join(' ', lost)}\n{pair.Host}\n{pair.Guest}");
        int copies = pair.Host.Tree.Paths().Count(path => path.Contains(" (conflict ", StringComparison.Ordinal));
        // Else nothing has met, and nothing was shown.
        Assert.True(copies > 0, "no edit met another");
        TestContext.Current.TestOutputHelper?.WriteLine($"{finished.Count} edits, {copies} conflict copies");
    }

    private static string PathOf(int i) => string.Create(CultureInfo.InvariantCulture, $"f{i}");

    /// <summary>Saves beside, under a name that is never synced, and renames over.</summary>
    private static void Replace(TestTree tree, string path, string token)
    {
        string beside = $".{path}.swp";
        tree.Put(beside, token);
        File.Move(tree.At(beside), tree.At(path), overwrite: true);
    }

    private static IEnumerable<string> TokensIn(TestTree tree) =>
        Directory.EnumerateFiles(tree.Root, "*", SearchOption.AllDirectories).SelectMany(path => Token().Matches(File.ReadAllText(path)).Select(match => match.Value));

    [GeneratedRegex(@"\[[a-z]+ [0-9 ]+\]")]
    private static partial Regex Token();
}
