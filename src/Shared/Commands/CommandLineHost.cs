using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Grpc.Core;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary>One program's command line: its root, what every command of it shares, and how it is run.</summary>
internal sealed class CommandLineHost
{
    public CommandLineHost(string program, string description, string startCommand, params string[] examples)
    {
        Program = program;
        StartCommand = startCommand;
        Root = new RootCommand(description) { Data };
        foreach (var option in Root.Options)
        {
            if (option is HelpOption { Action: HelpAction usual } help)
                help.Action = new ExampleHelpAction(usual, examples);
        }
    }

    /// <summary>"sync-host" or "sync-guest".</summary>
    public string Program { get; }

    /// <summary>The command line that starts the agent, for messages.</summary>
    public string StartCommand { get; }

    public RootCommand Root { get; }

    /// <summary>Where the agent keeps its data.</summary>
    public Option<string> Data { get; } = new("--data")
    {
        Description = "The agent's data directory: identity, index, configuration (also SYNC_DATA)",
        HelpName = "DIR",
        Recursive = true,
    };

    public DataDirectory Locate(ParseResult parsed) => DataDirectory.Locate(parsed.GetValue(Data), Program);

    public AgentConnection Connect(ParseResult parsed) => AgentConnection.Open(Locate(parsed), StartCommand);

    /// <summary>Connects to an agent that may just be starting, as in a script that starts it and flushes at once.</summary>
    public async Task<AgentConnection> ConnectSoonAsync(ParseResult parsed, CancellationToken cancel)
    {
        var data = Locate(parsed);
        for (var waited = TimeSpan.Zero; waited < StartGrace; waited += StartPoll)
        {
            if (AgentConnection.TryOpen(data) is { } connection) return connection;
            await Task.Delay(StartPoll, cancel);
        }

        return AgentConnection.Open(data, StartCommand);
    }

    private static readonly TimeSpan StartGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>Parses and runs. Every failure ends as one line on stderr and an exit code.</summary>
    public async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        // No response files: a name may begin with '@'.
        var parsed = Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            var path = string.Join(' ', Names(parsed.CommandResult));
            var problem = parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is not known here." : parsed.Errors[0].Message;
            // The library lists what may stand there line by line.
            problem = string.Join(' ', problem.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            await error.WriteLineAsync($"{Program}: {Printable.Text(problem)} See '{path} --help'.");
            return (int)ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandFailure failure)
        {
            return await FailAsync(error, failure);
        }
        catch (RpcException rpc)
        {
            return await FailAsync(error, ControlErrors.ToFailure(rpc));
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(error, new CommandFailure("interrupted"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(error, new CommandFailure(e.Message, e));
        }
    }

    private async Task<int> FailAsync(TextWriter error, CommandFailure failure)
    {
        await error.WriteLineAsync($"{Program}: {Printable.Text(failure.Message)}");
        return (int)failure.Code;
    }

    private IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult result)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = result; at is not null; at = at.Parent)
        {
            if (at is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command)
                names.Push(command.Command.Name);
        }

        names.Push(Program);
        return names;
    }
}
