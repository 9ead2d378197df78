using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Guest.Commands;

/// <summary>The directory that is being joined: made if it is missing, and taken away again if it is not joined after all.</summary>
internal sealed class JoinedDirectory
{
    private readonly List<string> _made = [];

    private JoinedDirectory()
    {
    }

    /// <summary>Makes the directory, with those above it, and checks that it can be used.</summary>
    /// <param name="path">A real path.</param>
    /// <exception cref="CommandFailure">It cannot be made or used; nothing of it is left.</exception>
    public static JoinedDirectory Ensure(string path)
    {
        if (File.Exists(path))
            throw new CommandFailure($"{Printable.Text(path)} is a file, not a directory; name another");
        var joined = new JoinedDirectory();
        try
        {
            for (var at = path; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
                joined._made.Add(at);
            Directory.CreateDirectory(path);
            DirectoryRules.CheckUsable(path);
            return joined;
        }
        catch (Exception e)
        {
            joined.Undo();
            if (e is IOException or UnauthorizedAccessException)
                throw new CommandFailure($"{Printable.Text(path)} cannot be made: {Reason(path, e)}; name another directory", e);
            throw;
        }
    }

    /// <summary>Removes what was made, as far as nothing is in it.</summary>
    public void Undo()
    {
        foreach (var directory in _made)
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (DirectoryNotFoundException)
            {
                // It came to nothing; what is above it may have been made.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody uses it by now: it stays, and so does what is above it.
                return;
            }
        }
    }

    /// <summary>Why a directory cannot be made. The system's own words speak of calls, not of what stands in the way.</summary>
    private static string Reason(string path, Exception error)
    {
        var above = Path.GetDirectoryName(path) ?? path;
        while (!Path.Exists(above) && Path.GetDirectoryName(above) is { } next)
            above = next;
        var shown = Printable.Text(above);
        if (File.Exists(above))
            return $"{shown} is a file, not a directory";
        return error switch
        {
            UnauthorizedAccessException => $"this user may not write to {shown}",
            FileNotFoundException or DirectoryNotFoundException => $"nothing can be made in {shown}",
            _ => error.Message,
        };
    }
}
