using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>An open directory tree, and the way down in it.</summary>
internal sealed class TreeRoot : IDisposable
{
    private readonly DirectoryWalk _walk;

    private TreeRoot(DirectoryHandle root, DirectoryWalk walk)
    {
        Root = root;
        _walk = walk;
    }

    public DirectoryHandle Root { get; }

    /// <summary>Takes over a directory.</summary>
    /// <exception cref="WorkspaceException">It cannot be looked at.</exception>
    public static TreeRoot Over(DirectoryHandle root)
    {
        var error = root.BeginWalk(out var walk);
        return error == FsError.None ? new TreeRoot(root, walk!) : throw WorkspaceException.Of(error, "the directory");
    }

    /// <summary>Opens a directory below it; "" for itself. The caller disposes it.</summary>
    public FsError Open(string path, out DirectoryHandle? directory) => Root.OpenBelow(_walk, path, out directory);

    /// <inheritdoc/>
    public void Dispose() => Root.Dispose();
}
