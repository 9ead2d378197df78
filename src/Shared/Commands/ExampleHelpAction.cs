using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sync.Shared.Commands;

/// <summary>The usual help, then the command's examples and, at the top, what the exit codes mean.</summary>
internal sealed class ExampleHelpAction(HelpAction usual, IReadOnlyList<string> rootExamples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        var examples = command is RootCommand ? rootExamples : command is DocumentedCommand documented ? documented.Examples : [];
        if (examples.Count > 0)
        {
            output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
            foreach (var example in examples)
                output.WriteLine("  " + example);
            output.WriteLine();
        }

        if (command is RootCommand)
        {
            output.WriteLine("Exit codes:");
            output.WriteLine("  0 done · 1 failed · 2 usage · 3 conflicts left · 4 halted for safety · 5 cannot reach the host · 6 not allowed");
            output.WriteLine();
        }

        return code;
    }
}
