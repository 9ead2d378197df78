namespace Sync.Fuzzing.Tests;

/// <summary>Inputs that are kept: one a line in base64; what follows '#' is a remark.</summary>
internal static class Corpus
{
    public static IEnumerable<byte[]> Read(string target)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "corpus", target + ".txt");
        return !File.Exists(path) ? [] : File.ReadLines(path).Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0).Select(Convert.FromBase64String);
    }
}
