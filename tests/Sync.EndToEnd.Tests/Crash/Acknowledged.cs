using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>What had been saved when a flush was called that was acknowledged later.</summary>
internal sealed class Acknowledged
{
    private readonly List<(LoadWriter Writer, Dictionary<string, string> Files)> _saved;

    private Acknowledged(IEnumerable<LoadWriter> writers) => _saved = [.. writers.Select(writer => (writer, writer.Finished()))];

    /// <summary>All that stands now.</summary>
    public static Acknowledged Now(Load load) => new(load.Alone);

    /// <summary>Asserts that what its writer has not touched since stands on both sides.</summary>
    /// <returns>How many files.</returns>
    public int Check(params TestTree[] trees)
    {
        int checkedFiles = 0;
        foreach ((LoadWriter writer, Dictionary<string, string> files) in _saved)
        {
            Dictionary<string, string> now = writer.Finished();
            foreach ((string path, string content) in files)
            {
                if (now.GetValueOrDefault(path) != content)
                    continue;
                checkedFiles++;
                foreach (TestTree tree in trees)
                {
                    // It may have been elsewhere meanwhile, and a disk that lost the way back has it there.
                    if (writer.MovesFiles && Contents(tree.At(writer.Name)).Contains(content))
                        continue;
                    Assert.True(tree.Has(path) && tree.Read(path) == content, $"{tree.At(path)} was acknowledged as '{Head(content)}' and {(tree.Has(path) ? $"is '{Head(tree.Read(path))}'" : "is missing")}");
                }
            }
        }

        return checkedFiles;
    }

    private static IEnumerable<string> Contents(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(File.ReadAllText) : [];

    /// <summary>The beginning of a content, for messages.</summary>
    public static string Head(string content) => content.Length <= 40 ? content.TrimEnd('\n') : content[..40] + "…";
}
