using System.Text;

namespace Sync.Shared.Services;

/// <summary>An agent as a Windows service: the commands that make it. Pure. Not run on Windows yet.</summary>
internal static class WindowsServiceText
{
    /// <summary>The arguments of sc.exe, a command each, in order.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Install(ServiceDefinition service) =>
    [
        ["create", service.Program, "binPath=", string.Join(' ', service.Arguments.Prepend(service.Executable).Select(Quote)), "start=", "delayed-auto", "DisplayName=", service.Program,
            "obj=", service.User ?? @"NT AUTHORITY\LocalService"],
        ["description", service.Program, service.Description],
        // Started again after 2 s; a day without a failure forgets them.
        ["failure", service.Program, "reset=", "86400", "actions=", "restart/2000/restart/2000/restart/30000"],
        ["start", service.Program],
    ];

    /// <summary>Likewise, to be rid of it.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Uninstall(string program) => [["stop", program], ["delete", program]];

    /// <summary>The commands as a person types them.</summary>
    public static string Render(ServiceDefinition service)
    {
        var text = new StringBuilder();
        foreach (var command in Install(service)) text.Append("sc.exe ").AppendJoin(' ', command.Select(word => word.EndsWith('=') ? word : Quote(word))).Append('\n');
        return text.ToString();
    }

    /// <summary>A word as CommandLineToArgvW takes it apart again: backslashes count only before a quote.</summary>
    internal static string Quote(string word)
    {
        if (word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c == '"')) return word;
        var text = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in word)
        {
            if (c == '\\')
            {
                backslashes++;
                continue;
            }

            text.Append('\\', c == '"' ? (backslashes * 2) + 1 : backslashes).Append(c);
            backslashes = 0;
        }

        return text.Append('\\', backslashes * 2).Append('"').ToString();
    }
}
