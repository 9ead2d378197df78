using System.Text.RegularExpressions;
using Sync.Shared.Data;

namespace Sync.Web.Api;

/// <summary>
/// The guest's archives, for machines that are about to join: `GET /packages/sync-guest-VERSION-PLATFORM.tar.gz`. Without a token: the program is no secret, and the machine
/// that fetches it has only an invite. Those in the host's data directory come before those installed with it.
/// </summary>
internal static partial class GuestPackages
{
    /// <summary>Maps it.</summary>
    public static void MapGuestPackages(this WebApplication app, DataDirectory data)
    {
        // sync-web stands in web/ beside the host's program.
        string[] places = [Path.Join(data.Path, "packages"), Path.GetFullPath(Path.Join(AppContext.BaseDirectory, "..", "packages"))];
        app.MapGet("/packages/{name}", (string name) => Find(places, name) is { } file ? Results.File(file, "application/gzip", name) : Results.NotFound()).AllowAnonymous();
    }

    /// <summary>The file of that name; null if there is none, or the name is none of an archive's.</summary>
    internal static string? Find(IEnumerable<string> places, string name) =>
        Archive().IsMatch(name) ? places.Select(place => Path.Join(place, name)).FirstOrDefault(File.Exists) : null;

    [GeneratedRegex(@"^sync-guest-[0-9A-Za-z.+~]+-[a-z0-9-]+\.tar\.gz\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Archive();
}
