using System.Text;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A replica's directory, as a user works in it.</summary>
internal sealed class TestTree(string root)
{
    public string Root { get; } = root;

    public string At(string path) => Path.Combine(Root, path);

    /// <summary>Writes a file, with the directories above it.</summary>
    public TestTree Put(string path, string content) => Put(path, Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="Put(string, string)"/>
    public TestTree Put(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), content);
        return this;
    }

    public TestTree MakeDirectory(string path)
    {
        Directory.CreateDirectory(At(path));
        return this;
    }

    public TestTree Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.CreateSymbolicLink(At(path), target);
        return this;
    }

    /// <summary>Deletes a file, a link, or a directory with all in it.</summary>
    public TestTree Delete(string path)
    {
        if (Stat(path).IsDirectory)
            Directory.Delete(At(path), recursive: true);
        else
            File.Delete(At(path));
        return this;
    }

    public TestTree Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(to))!);
        if (Stat(from).IsDirectory)
            Directory.Move(At(from), At(to));
        else
            File.Move(At(from), At(to));
        return this;
    }

    public TestTree Mode(string path, UnixFileMode mode)
    {
        File.SetUnixFileMode(At(path), mode);
        return this;
    }

    public TestTree Mtime(string path, long mtimeNs)
    {
        Libc.SetMtime(At(path), mtimeNs);
        return this;
    }

    public string Read(string path) => File.ReadAllText(At(path));

    public bool Has(string path) => Libc.TryStat(At(path)) is not null;

    public Libc.Stat Stat(string path) => Libc.TryStat(At(path)) ?? throw new FileNotFoundException(At(path));

    /// <summary>All paths but the replica's own directory, sorted.</summary>
    public string[] Paths() => [.. TreeSnapshot.Of(Root).Entries.Keys];

    /// <summary>The paths of conflict copies of a file.</summary>
    public string[] ConflictCopies(string path)
    {
        string start = Path.ChangeExtension(path, null) + " (conflict ";
        return [.. Paths().Where(other => other.StartsWith(start, StringComparison.Ordinal))];
    }

    /// <summary>Asserts a file's content, or with null that there is nothing.</summary>
    public TestTree Check(string path, string? content)
    {
        if (content is null)
            Assert.False(Has(path), $"{At(path)} is there");
        else
            Assert.Equal(content, Read(path));
        return this;
    }
}
