using System.Globalization;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A user who edits all over a tree: makes, overwrites, saves by rename, appends, deletes, moves files and directories. Names are few, so that others are at the same ones.</summary>
internal sealed class RandomEditor(TestTree tree, int number, int seed)
{
    private readonly Random _random = new(seed);
    private int _saves;

    /// <summary>Edits that were done.</summary>
    public int Edits { get; private set; }

    /// <summary>Edits until it is told to stop, some five times a second.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (Edit()) Edits++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What it was about has just gone, come or moved: by sync, for another's edit. A user would try something else, too.
            }

            // How long a user thinks.
            await Task.Delay(_random.Next(20, 400), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool Edit()
    {
        string[] files = [.. Visible(Directory.EnumerateFiles)];
        string[] directories = [tree.Root, .. Visible(Directory.EnumerateDirectories)];
        string directory = directories[_random.Next(directories.Length)];
        string file = files.Length > 0 ? files[_random.Next(files.Length)] : Path.Combine(directory, NewName());
        switch (_random.Next(20))
        {
            case < 5:
                File.WriteAllText(Path.Combine(directory, NewName()), NewContent());
                return true;
            case < 9:
                File.WriteAllText(file, NewContent());
                return true;
            case < 12:
                string beside = Path.Combine(Path.GetDirectoryName(file)!, string.Create(CultureInfo.InvariantCulture, $".{number}.new"));
                File.WriteAllText(beside, NewContent());
                File.Move(beside, file, overwrite: true);
                return true;
            case < 14:
                File.AppendAllText(file, NewContent());
                return true;
            case < 16 when files.Length > 40:
                File.Delete(file);
                return true;
            case 16:
                File.Move(file, Path.Combine(directory, NewName()));
                return true;
            case 17 when directories.Length < 25:
                Directory.CreateDirectory(Path.Combine(directory, "d" + _random.Next(6).ToString(CultureInfo.InvariantCulture)));
                return true;
            case 18 when directory != tree.Root:
                Directory.Move(directory, Path.Combine(directories[_random.Next(directories.Length)], "d" + _random.Next(6).ToString(CultureInfo.InvariantCulture)));
                return true;
            case 19 when directories.Length > 15 && directory != tree.Root:
                Directory.Delete(directory, recursive: true);
                return true;
            default:
                return false;
        }
    }

    private IEnumerable<string> Visible(Func<string, string, EnumerationOptions, IEnumerable<string>> enumerate) =>
        enumerate(tree.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(path => !path.StartsWith(tree.At(".sync"), StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private string NewName() => string.Create(CultureInfo.InvariantCulture, $"f{_random.Next(12)}");

    private string NewContent()
    {
        int length = _random.Next(30) switch { 0 => 200_000, < 5 => 20_000, _ => _random.Next(2_000) };
        return string.Create(CultureInfo.InvariantCulture, $"editor {number}, save {++_saves} {new string((char)('a' + _random.Next(26)), length)}\n");
    }
}
