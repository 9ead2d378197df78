using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>The directory of a tree that was used last, kept open: in tree order the next name is nearly always in it too. One user.</summary>
internal sealed class LastDirectory(TreeRoot tree) : IDisposable
{
    private string? _path;
    private DirectoryHandle? _directory;

    /// <summary>The directory at a path, open until the next call.</summary>
    public FsError Open(string path, out DirectoryHandle? directory)
    {
        if (_path is not null && string.Equals(_path, path, StringComparison.Ordinal))
        {
            directory = _directory;
            return FsError.None;
        }

        Dispose();
        var error = tree.Open(path, out directory);
        if (error == FsError.None) (_path, _directory) = (path, directory);
        return error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _directory?.Dispose();
        (_path, _directory) = (null, null);
    }
}
