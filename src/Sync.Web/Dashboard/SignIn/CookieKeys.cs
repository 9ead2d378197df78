using Sync.Shared.Data;

namespace Sync.Web.Dashboard.SignIn;

/// <summary>Where the keys are that seal cookies: in the host's data directory, so that who signed in stays so over a restart.</summary>
internal static class CookieKeys
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the directory if it is missing, closed to others.</summary>
    public static DirectoryInfo Prepare(DataDirectory data)
    {
        var path = Path.Combine(data.Path, "web-keys");
        return OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnerOnly);
    }
}
