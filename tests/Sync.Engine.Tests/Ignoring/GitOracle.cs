using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sync.Engine.Tests.Ignoring;

/// <summary>A temporary repository, asked by `git check-ignore` which line decides about each path.</summary>
internal sealed class GitOracle : IDisposable
{
    public GitOracle(bool foldCase)
    {
        Root = Directory.CreateTempSubdirectory("ignore-").FullName;
        Run(null, "init", "-q", Root);
        Run(null, "-C", Root, "config", "core.ignoreCase", foldCase ? "true" : "false");
    }

    public string Root { get; }

    public static bool IsInstalled
    {
        get
        {
            try
            {
                Run(null, "--version");
                return true;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }

    /// <summary>For each path: the deciding file (relative to the root) and its line, or null.</summary>
    public IReadOnlyList<(string File, int Line)?> Ask(IReadOnlyCollection<string> paths)
    {
        byte[] input = Encoding.UTF8.GetBytes(string.Join('\0', paths) + "\0");
        string[] fields = Encoding.UTF8.GetString(Run(input, "-C", Root, "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n")).Split('\0');
        var answers = new List<(string, int)?>(paths.Count);
        for (int i = 0; i + 3 < fields.Length; i += 4)
        {
            answers.Add(fields[i].Length == 0
                ? null
                : (fields[i], int.Parse(fields[i + 1], CultureInfo.InvariantCulture)));
        }

        return answers.Count == paths.Count ? answers : throw new InvalidOperationException("git answered for other paths than asked.");
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static byte[] Run(byte[]? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_SYSTEM"] = "/dev/null";
        start.Environment["XDG_CONFIG_HOME"] = "/nonexistent";
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        var output = new MemoryStream();
        var reading = Task.Run(() => process.StandardOutput.BaseStream.CopyTo(output));
        if (input is not null)
            process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        reading.Wait();
        process.WaitForExit();
        return process.ExitCode is 0 or 1 ? output.ToArray() : throw new InvalidOperationException($"git ended with {process.ExitCode}.");
    }
}
