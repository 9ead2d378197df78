using System.CommandLine;
using System.Text;

namespace Sync.Shared.Commands;

/// <summary>A program's manual page, man(7), from its command line: what --help says of every command, on one page. Pure.</summary>
internal static class ManualPage
{
    /// <summary>The page's source.</summary>
    /// <param name="host">The program.</param>
    /// <param name="version">Its version.</param>
    public static string Render(CommandLineHost host, string version)
    {
        var page = new StringBuilder();
        page.Append($".TH {host.Program.ToUpperInvariant()} 1 \"\" \"{host.Program} {version}\" \"User Commands\"\n.SH NAME\n{Text(host.Program)} \\- {Text(host.Root.Description ?? "")}\n");
        page.Append($".SH SYNOPSIS\n.B {Text(host.Program)}\n.I COMMAND\n[\\fIOPTION\\fR]...\n.SH COMMANDS\n");
        foreach (var command in Leaves(host.Root, [])) Command(page, host.Program, command.Path, command.Command);
        page.Append(".SH OPTIONS OF EVERY COMMAND\n");
        Option(page, host.Data);
        page.Append(".SH EXIT STATUS\n");
        foreach (var (code, means) in (string[][])[["0", "done"], ["1", "failed"], ["2", "usage"], ["3", "conflicts left"], ["4", "halted for safety"], ["5", "cannot reach the host"], ["6", "not allowed"]])
            page.Append($".TP\n.B {code}\n{means}\n");
        page.Append(".SH ENVIRONMENT\n.TP\n.B SYNC_DATA\nThe data directory, where \\-\\-data does not say it.\n");
        return page.ToString();
    }

    private static void Deconstruct(this string[] pair, out string first, out string second) => (first, second) = (pair[0], pair[1]);

    private static IEnumerable<(string Path, Command Command)> Leaves(Command at, string[] above)
    {
        foreach (var command in at.Subcommands.Where(c => !c.Hidden))
        {
            string[] path = [.. above, command.Name];
            // A group that does nothing by itself is told by what is in it.
            if (command.Action is not null) yield return (string.Join(' ', path), command);
            foreach (var below in Leaves(command, path)) yield return below;
        }
    }

    private static void Command(StringBuilder page, string program, string path, Command command)
    {
        page.Append($".SS \"{Text(program)} {Text(path)}");
        foreach (var argument in command.Arguments.Where(a => !a.Hidden)) page.Append(' ').Append(Text(argument.HelpName ?? argument.Name)).Append(argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
        page.Append($"\"\n{Text(Sentence(command.Description))}\n");
        foreach (var argument in command.Arguments.Where(a => !a.Hidden && a.Description is { Length: > 0 }))
            page.Append($".TP\n.I {Text(argument.HelpName ?? argument.Name)}\n{Text(Sentence(argument.Description))}\n");
        foreach (var option in command.Options.Where(o => !o.Hidden)) Option(page, option);
        if (command is DocumentedCommand { Examples.Count: > 0 } documented)
        {
            page.Append(".PP\nFor example:\n.PP\n.nf\n");
            foreach (var example in documented.Examples) page.Append($".RS\n{Text(example)}\n.RE\n");
            page.Append(".fi\n");
        }
    }

    private static void Option(StringBuilder page, Option option)
    {
        page.Append($".TP\n.BR {Text(option.Name)}");
        if (option.ValueType != typeof(bool)) page.Append($" \" \\fI{Text(option.HelpName ?? "VALUE")}\\fR\"");
        page.Append($"\n{Text(Sentence(option.Description))}\n");
    }

    private static string Sentence(string? text) => string.IsNullOrEmpty(text) ? "" : text.EndsWith('.') ? text : text + ".";

    /// <summary>Text that means nothing to the formatter: no escapes, no request at a line's beginning, hyphens that can be copied.</summary>
    internal static string Text(string text)
    {
        var plain = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Replace("\"", "\\(dq", StringComparison.Ordinal)
            .ReplaceLineEndings(" ");
        return plain.StartsWith('.') || plain.StartsWith('\'') ? "\\&" + plain : plain;
    }
}
