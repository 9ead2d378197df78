using Sync.Shared.Output;

namespace Sync.Host.Web;

/// <summary>Finds the web server's program: beside this one, in <c>web/</c>.</summary>
internal static class WebProgram
{
    private const string Name = "sync-web";

    /// <exception cref="CommandFailure">It is not there.</exception>
    public static string Find()
    {
        var name = OperatingSystem.IsWindows() ? Name + ".exe" : Name;
        // Also through a link such as /usr/bin/sync-host: beside the program itself.
        var program = Environment.ProcessPath is { } path ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : "";
        string[] places = [Path.Join(AppContext.BaseDirectory, "web", name), Path.Join(Path.GetDirectoryName(program), "web", name)];
        return places.FirstOrDefault(File.Exists)
            ?? throw new CommandFailure($"the web server {name} is not installed (looked for {string.Join(" and ", places.Distinct(StringComparer.Ordinal).Select(Printable.Text))}); install it, or serve without --api");
    }
}
