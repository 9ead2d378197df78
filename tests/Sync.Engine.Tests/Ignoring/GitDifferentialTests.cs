using System.Globalization;
using System.Text;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Ignoring;

/// <summary>
/// Asks git and <see cref="IgnoreRules"/> which line of which file decides about random paths under random ignore files. SYNC_IGNORE_CASES and
/// SYNC_IGNORE_SEED widen or repeat a run.
/// </summary>
public sealed class GitDifferentialTests
{
    private const int PathsPerTree = 40;

    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("SYNC_IGNORE_CASES"), CultureInfo.InvariantCulture, out int cases) ? cases : 8_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("SYNC_IGNORE_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 20_261_122;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decides_as_git_does(bool foldCase)
    {
        Assert.SkipUnless(GitOracle.IsInstalled, "git is not installed");
        var random = new Random(Seed);
        var generator = new RandomIgnoreCase(random);
        var differences = new List<string>();
        int asked = 0, decided = 0;
        while (asked < Cases)
        {
            using var git = new GitOracle(foldCase);
            int count = Math.Min(500, (Cases - asked + PathsPerTree - 1) / PathsPerTree);
            Tree[] trees = [.. Enumerable.Range(0, count).Select(i => new Tree(git.Root, "t" + i.ToString(CultureInfo.InvariantCulture), generator, random, foldCase))];
            IReadOnlyList<(string File, int Line)?> answers = git.Ask([.. trees.SelectMany(tree => tree.Paths.Select(path => tree.Name + "/" + path))]);
            for (int i = 0; i < answers.Count; i++)
            {
                Tree tree = trees[i / PathsPerTree];
                string path = tree.Paths[i % PathsPerTree];
                (string, int)? mine = tree.Decide(path);
                decided += answers[i] is null ? 0 : 1;
                if (mine != answers[i] && differences.Count < 10)
                    differences.Add($"{path}: git says {answers[i]}, we say {mine}; {tree}");
            }

            asked += answers.Count;
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.True(decided > asked / 10, "too few cases match anything");
        TestContext.Current.SendDiagnosticMessage("{0} cases asked, {1} matched", asked, decided);
    }

    /// <summary>A directory with ignore files at two levels, real directories where a path is one, and nothing where it is a file.</summary>
    private sealed class Tree
    {
        private readonly Dictionary<string, byte[]> _files = [];
        private readonly HashSet<string> _directories = [];
        private readonly string _root;
        private readonly bool _foldCase;

        public Tree(string repository, string name, RandomIgnoreCase generator, Random random, bool foldCase)
        {
            Name = name;
            _root = Path.Combine(repository, name);
            _foldCase = foldCase;
            Directory.CreateDirectory(_root);
            Paths = [.. Enumerable.Range(0, PathsPerTree).Select(_ => generator.Path())];
            for (int i = 0; i < 6; i++)
                MakeDirectory(Paths[random.Next(Paths.Length)]);
            _files[""] = generator.File();
            if (_directories.Count > 0 && random.Next(2) == 0)
                _files[_directories.First()] = generator.File();
            foreach ((string directory, byte[] content) in _files)
                File.WriteAllBytes(Path.Combine(_root, directory, ".gitignore"), content);
        }

        public string Name { get; }

        public string[] Paths { get; }

        public (string File, int Line)? Decide(string path)
        {
            IgnoreRules rules = IgnoreRules.Root(new SharePolicy { VcsIgnore = true }, null, FileOf(""), _foldCase);
            string[] names = path.Split('/');
            string at = "";
            for (int i = 0; i < names.Length; i++)
            {
                string here = at.Length == 0 ? names[i] : at + "/" + names[i];
                bool isDirectory = i < names.Length - 1 || _directories.Contains(here);
                IgnoreMatch? match = rules.Find(names[i], isDirectory);
                if (i == names.Length - 1 || match is { Pattern.Negative: false })
                    return match is { } found ? (Source(found), found.Pattern.Line) : null;
                rules = rules.Enter(names[i], null, FileOf(here));
                at = here;
            }

            return null;
        }

        public override string ToString() =>
            string.Join("; ", _files.Select(file => $"{file.Key}/.gitignore = {string.Join(" | ", Encoding.UTF8.GetString(file.Value).Split('\n'))}"))
            + "; directories " + string.Join(", ", _directories);

        private readonly Dictionary<string, IgnoreFile> _parsed = [];

        private IgnoreFile? FileOf(string directory)
        {
            if (!_files.TryGetValue(directory, out byte[]? content))
                return null;
            if (!_parsed.TryGetValue(directory, out IgnoreFile? file))
                _parsed[directory] = file = IgnoreFile.Parse(content, _foldCase);
            return file;
        }

        private string Source(IgnoreMatch match)
        {
            foreach ((string directory, IgnoreFile file) in _parsed)
            {
                if (ReferenceEquals(file, match.File))
                    return directory.Length == 0 ? Name + "/.gitignore" : Name + "/" + directory + "/.gitignore";
            }

            return "built-in";
        }

        private void MakeDirectory(string path)
        {
            Directory.CreateDirectory(Path.Combine(_root, path));
            for (string at = path; at.Length > 0; at = at.LastIndexOf('/') is var slash and > 0 ? at[..slash] : "")
                _directories.Add(at);
        }
    }
}
