using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Tests.Files;

namespace Sync.Engine.Tests.Hostile;

/// <summary>A directory beside a share, where links point to: nothing of it may get into the share, nothing in it may change.</summary>
internal sealed class Outside
{
    /// <summary>In every file of it, and nowhere else.</summary>
    public const string Secret = "what only the outside has";

    private readonly string _before;

    public Outside(string path, IEnumerable<string> names)
    {
        Path = path;
        foreach (var name in names.Append("only-outside"))
        {
            var file = System.IO.Path.Join(path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Secret);
        }

        _before = Look();
    }

    public string Path { get; }

    /// <summary>What has changed in it, as two listings; null if nothing has.</summary>
    public string? Changes() => Look() is var now && now == _before ? null : $"before:\n{_before}\nnow:\n{now}";

    /// <summary>Files below a directory that hold the secret; links are not followed.</summary>
    public static string LeakedInto(string root) => Shell.Run("sh", "-c", $"grep -rl '{Secret}' '{root}' || true");

    /// <summary>All but the access times.</summary>
    private string Look() => Shell.Run("sh", "-c", $"cd '{Path}' && find . -printf '%p %y %m %U %s %T@ %C@ %i %l\\n' | sort && find . -type f | sort | xargs sha256sum");
}
