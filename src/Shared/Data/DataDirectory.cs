using System.Globalization;
using Sync.Engine.Files;
using Sync.Shared.Output;

namespace Sync.Shared.Data;

/// <summary>Where an agent keeps its identity, index and configuration. Only its owner may look into it.</summary>
internal sealed class DataDirectory
{
    /// <summary>The environment's variable that names it.</summary>
    public const string Variable = "SYNC_DATA";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private DataDirectory(string path) => Path = path;

    /// <summary>Absolute, with no links on the way.</summary>
    public string Path { get; }

    public string ConfigFile => System.IO.Path.Combine(Path, "config.json");

    /// <summary>What a person sets; <see cref="ConfigFile"/> is what the agent remembers.</summary>
    public string SettingsFile => System.IO.Path.Combine(Path, "settings.json");

    public string LockFile => System.IO.Path.Combine(Path, "lock");

    public string ProcessFile => System.IO.Path.Combine(Path, "agent.pid");

    public string IdentityDirectory => System.IO.Path.Combine(Path, "identity");

    /// <summary>The audit log (0), or an older one.</summary>
    public string AuditFile(int number) => System.IO.Path.Combine(Path, number == 0 ? "audit.jsonl" : FormattableString.Invariant($"audit.{number}.jsonl"));

    /// <summary>The agent's log (0), or an older one.</summary>
    public string LogFile(int number) => System.IO.Path.Combine(Path, "logs", number == 0 ? "agent.jsonl" : FormattableString.Invariant($"agent.{number}.jsonl"));

    public string JobsDirectory => System.IO.Path.Combine(Path, "jobs");

    public string IndexDirectory(string id) => System.IO.Path.Combine(Path, "index", id);

    /// <summary>The directory asked for, or SYNC_DATA's, or the platform's own place. Nothing is made.</summary>
    /// <param name="option">What --data said.</param>
    /// <param name="program">"sync-host" or "sync-guest".</param>
    public static DataDirectory Locate(string? option, string program)
    {
        var asked = string.IsNullOrEmpty(option) ? Environment.GetEnvironmentVariable(Variable) : option;
        return new DataDirectory(RealPath.Of(string.IsNullOrEmpty(asked) ? Default(program) : asked));
    }

    /// <summary>Whether this user may look into it; also true where there is none.</summary>
    public bool IsOpenToUser()
    {
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(Path).GetEnumerator();
            entries.MoveNext();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // Missing, or no directory: nobody keeps it from this user.
            return true;
        }
    }

    /// <summary>Whether a directory has what only an agent's data directory has.</summary>
    public static bool IsOne(string path)
    {
        var asked = new DataDirectory(path);
        return File.Exists(asked.LockFile) && Directory.Exists(asked.IdentityDirectory);
    }

    /// <summary>Makes it if it is missing, closed to others either way.</summary>
    /// <exception cref="CommandFailure">It cannot be made, or is another user's and this is root: the other's agent could not read what root leaves in it.</exception>
    public void Ensure()
    {
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && OwnerOf(Path) is { } owner and not 0)
        {
            var user = UserNames.Of(owner) ?? "#" + owner.ToString(CultureInfo.InvariantCulture);
            throw new CommandFailure(ExitCode.NotAllowed, $"the data directory {Printable.Text(Path)} belongs to {Printable.Text(user)}; run as that user ('sudo -u {Printable.Text(user)} …'), or choose another with --data");
        }

        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(Path);
                return;
            }

            Directory.CreateDirectory(Path, OwnerOnly);
            if (File.GetUnixFileMode(Path) != OwnerOnly)
                File.SetUnixFileMode(Path, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"the data directory {Printable.Text(Path)} cannot be made or used ({e.Message}); choose another with --data", e);
        }
    }

    private static string Default(string program)
    {
        var machines = "/var/lib/" + program;
        // The machine's is also the default of the service's own user: to others it is closed.
        if (OperatingSystem.IsLinux() && (Environment.IsPrivilegedProcess || (Directory.Exists(machines) && new DataDirectory(machines).IsOpenToUser())))
            return machines;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0
            ? System.IO.Path.Combine(home, program)
            : throw new CommandFailure("no home directory to keep data in; name a directory with --data or SYNC_DATA");
    }

    /// <summary>The number of the user whose directory it is; null where there is none.</summary>
    private static uint? OwnerOf(string path)
    {
        if (FileSystems.OpenToRead(path, out var files) != FsError.None || files is null)
            return null;
        using (files)
            return files.Stat("", out var stat) == FsError.None ? (uint)(stat.Owner >> 32) : null;
    }
}
