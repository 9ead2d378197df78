using System.Globalization;
using System.Text;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Random trees and random edits of them; the same seed does the same.</summary>
internal sealed class TreeMaker(int seed)
{
    private readonly Random _random = new(seed);
    private int _made;

    /// <summary>Makes files of all sizes, empty directories, links, modes and mtimes.</summary>
    public TreeMaker Fill(TestTree tree, int entries)
    {
        var directories = new List<string> { "" };
        for (int i = 0; i < entries; i++)
        {
            string path = Join(directories[_random.Next(directories.Count)], NewName());
            switch (_random.Next(10))
            {
                case 0 or 1:
                    tree.MakeDirectory(path);
                    directories.Add(path);
                    break;
                case 2:
                    tree.Link(path, NewName());
                    break;
                default:
                    PutRandom(tree, path);
                    break;
            }
        }

        return this;
    }

    /// <summary>Edits, deletes, moves, adds and changes modes at random places.</summary>
    /// <remarks>Sync may be at work on the tree meanwhile: an edit that it comes in the way of, because its file has just gone or its
    /// target has just come, is left out. The agents' own work is not within this call, so no failure of theirs is hidden.</remarks>
    public TreeMaker Perturb(TestTree tree, int edits)
    {
        for (int i = 0; i < edits; i++)
        {
            try
            {
                PerturbOnce(tree);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                TestContext.Current.SendDiagnosticMessage("an edit is left out: {0}", e.Message);
            }
        }

        return this;
    }

    private void PerturbOnce(TestTree tree)
    {
        string[] paths = tree.Paths();
        string path = paths.Length == 0 ? "" : paths[_random.Next(paths.Length)];
        int what = paths.Length == 0 ? 9 : _random.Next(10);
        bool isFile = paths.Length > 0 && tree.Stat(path).IsFile;
        if (what < 3 && isFile)
            PutRandom(tree, path);
        else if (what == 3)
            tree.Delete(path);
        else if (what is 4 or 5)
            tree.Move(path, Join(OtherDirectory(tree, paths, path), NewName()));
        else if (what == 6 && isFile)
            tree.Mode(path, RandomMode());
        else if (what == 7 && isFile)
            Append(tree.At(path));
        else
            PutRandom(tree, Join(OtherDirectory(tree, paths, "\0"), NewName()));
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;

    /// <summary>Any directory that is not within <paramref name="moved"/>.</summary>
    private string OtherDirectory(TestTree tree, string[] paths, string moved)
    {
        string[] directories = ["", .. paths.Where(path =>
            tree.Stat(path).IsDirectory && path != moved && !path.StartsWith(moved + "/", StringComparison.Ordinal))];
        return directories[_random.Next(directories.Length)];
    }

    private string NewName()
    {
        string[] stems = ["file", "a b", "naïve", "日本", ".hidden", "UPPER", "x'\"$`", "tab\tnew\nline", "-dash", "ends.", "emoji🙂"];
        return stems[_random.Next(stems.Length)] + (_made++).ToString(CultureInfo.InvariantCulture);
    }

    private UnixFileMode RandomMode()
    {
        UnixFileMode[] modes = [(UnixFileMode)0x1A4, (UnixFileMode)0x1ED, (UnixFileMode)0x180, (UnixFileMode)0x124, (UnixFileMode)0x1C0];
        return modes[_random.Next(modes.Length)];
    }

    private void PutRandom(TestTree tree, string path)
    {
        int size = _random.Next(20) switch
        {
            0 => 0,
            1 => _random.Next(2_000_000),
            < 6 => _random.Next(100_000),
            _ => _random.Next(3_000),
        };
        byte[] content = new byte[size];
        _random.NextBytes(content);
        if (tree.Has(path))
            tree.Delete(path);
        tree.Put(path, content);
        if (_random.Next(3) == 0)
            tree.Mode(path, RandomMode());
        if (_random.Next(3) == 0)
            tree.Mtime(path, (long)(_random.NextDouble() * 1.7e18));
    }

    private void Append(string path)
    {
        UnixFileMode mode = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, mode | UnixFileMode.UserWrite);
        File.AppendAllText(path, "appended " + _random.Next().ToString(CultureInfo.InvariantCulture), Encoding.UTF8);
        File.SetUnixFileMode(path, mode);
    }
}
