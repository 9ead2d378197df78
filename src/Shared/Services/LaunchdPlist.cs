using System.Security;
using System.Text;

namespace Sync.Shared.Services;

/// <summary>An agent's property list for launchd, launchd.plist(5). Pure. Not run on macOS yet.</summary>
internal static class LaunchdPlist
{
    /// <summary>The label, which is the file's name too.</summary>
    public static string Label(string program) => "sync." + program;

    /// <summary>The list's text.</summary>
    public static string Render(ServiceDefinition service)
    {
        var text = new StringBuilder();
        text.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n");
        Text(text, "Label", Label(service.Program));
        text.Append("  <key>ProgramArguments</key>\n  <array>\n");
        foreach (var word in service.Arguments.Prepend(service.Executable)) text.Append("    <string>").Append(SecurityElement.Escape(word)).Append("</string>\n");
        text.Append("  </array>\n");
        if (service.User is { } user) Text(text, "UserName", user);
        text.Append("  <key>RunAtLoad</key>\n  <true/>\n");
        // Ended by a person it stays ended; failed, it is started again.
        text.Append("  <key>KeepAlive</key>\n  <dict>\n    <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n");
        Text(text, "ProcessType", "Background");
        text.Append("  <key>SoftResourceLimits</key>\n  <dict>\n    <key>NumberOfFiles</key>\n    <integer>65536</integer>\n  </dict>\n");
        return text.Append("</dict>\n</plist>\n").ToString();
    }

    private static void Text(StringBuilder text, string key, string value) =>
        text.Append("  <key>").Append(key).Append("</key>\n  <string>").Append(SecurityElement.Escape(value)).Append("</string>\n");
}
