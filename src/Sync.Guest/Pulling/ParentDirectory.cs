using Sync.Shared.Output;

namespace Sync.Guest.Pulling;

/// <summary>The directories above one that is pulled into: made if they are missing, and taken away again if nothing comes of it.</summary>
internal sealed class ParentDirectory : IDisposable
{
    private readonly List<string> _made = [];

    private ParentDirectory()
    {
    }

    /// <summary>Makes them.</summary>
    /// <param name="path">A real path.</param>
    /// <exception cref="CommandFailure">They cannot be made.</exception>
    public static ParentDirectory Ensure(string path)
    {
        var parent = new ParentDirectory();
        try
        {
            if (Path.GetDirectoryName(path) is not { } above) return parent;
            for (var at = above; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) parent._made.Add(at);
            if (parent._made.Count > 0) Directory.CreateDirectory(above);
            return parent;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            parent.Dispose();
            throw new CommandFailure(
                e is UnauthorizedAccessException ? ExitCode.NotAllowed : ExitCode.Failed, $"the directory above {Printable.Text(path)} cannot be made ({e.Message}); name another directory", e);
        }
    }

    /// <summary>They stay.</summary>
    public void Keep() => _made.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var directory in _made)
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It holds something: a tree under way that the next pull goes on with.
                return;
            }
        }
    }
}
