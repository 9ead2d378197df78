using System.Text;

namespace Sync.Bench.Compare;

/// <summary>Makes another version of a source tree, the same each time, where a real one is not at hand.</summary>
internal static class SecondVersion
{
    /// <summary>What is made, for the table.</summary>
    public const string Description = "lines rewritten in 25 % of the files, 5 % removed, 5 % new, all with new mtimes";

    private const int Seed = 20261123;
    private static readonly DateTime Epoch = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);

    public static void Make(string from, string to)
    {
        var partial = to + ".partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        var random = new Random(Seed);
        foreach (var (name, status) in TreeComparison.Walk(from).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var source = Path.Combine(from, name);
            var target = Path.Combine(partial, name);
            if (status.IsDirectory)
                Directory.CreateDirectory(target);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (status.IsLink)
                File.CreateSymbolicLink(target, new FileInfo(source).LinkTarget!);
            if (!status.IsFile)
                continue;
            var chance = random.Next(100);
            if (chance < 5)
                continue;
            if (chance < 30)
                File.WriteAllText(target, Rewritten(File.ReadAllText(source, Encoding.Latin1), random), Encoding.Latin1);
            else
                File.Copy(source, target);
            if (chance >= 95)
                New(target + ".new", source, random, status);
            Finish(target, status, random);
        }

        Directory.Move(partial, to);
    }

    private static void New(string target, string source, Random random, in FileStatus status)
    {
        var lines = File.ReadAllText(source, Encoding.Latin1).Split('\n');
        random.Shuffle(lines);
        File.WriteAllText(target, string.Join('\n', lines), Encoding.Latin1);
        Finish(target, status, random);
    }

    // One line in twelve, as a version of a kernel does to a file it touches.
    private static string Rewritten(string text, Random random)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (random.Next(12) is 0)
                lines[i] = $"{lines[i]} /* {random.Next():x8} */";
        }

        return string.Join('\n', lines);
    }

    private static void Finish(string path, in FileStatus status, Random random)
    {
        File.SetUnixFileMode(path, (UnixFileMode)(status.Mode & 0xFFF));
        File.SetLastWriteTimeUtc(path, Epoch.AddTicks(random.NextInt64(TimeSpan.TicksPerHour)));
    }
}
