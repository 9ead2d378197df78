using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A data directory, the commands on it, and the agent process while one runs.</summary>
internal abstract class TestAgent : IAsyncDisposable
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);

    /// <summary>Long runs go on beside other work.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private ProcessRun? _agent;

    protected TestAgent(string executable, string dataDirectory)
    {
        Executable = executable;
        DataDirectory = dataDirectory;
    }

    public string Executable { get; }

    public string DataDirectory { get; }

    /// <summary>A program, with its arguments, that starts the agent and its commands: as another user, with another clock.</summary>
    public IReadOnlyList<string> Through { get; set; } = [];

    /// <summary>What leads to the machine it is on; empty on this one. Before all else.</summary>
    protected virtual IReadOnlyList<string> Machine => [];

    /// <summary>As <see cref="Through"/>, for the agent alone: commands are not started so.</summary>
    public IReadOnlyList<string> AgentThrough { get; set; } = [];

    /// <summary>By the boot id an agent tells whether the machine went down: from its next start on it sees the one in this file. Needs root.</summary>
    public void SeeBootId(string file) =>
        AgentThrough = ["unshare", "--mount", "--propagation", "slave", "sh", "-c", "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"", file];

    public bool IsRunning => _agent is { HasEnded: false };

    /// <summary>Of the agent that runs, or ran last.</summary>
    public int ProcessId => _agent!.Id;

    /// <summary>What the agent says when commands reach it.</summary>
    protected abstract string ReadyLine { get; }

    /// <summary>The arguments that start the agent.</summary>
    protected abstract IReadOnlyList<string> AgentArguments { get; }

    /// <summary>Whether commands are processes too. Those of an agent that is started <see cref="Through"/> another program always are.</summary>
    public bool CommandsAreProcesses { get; set; }

    /// <summary>Runs a command to its end; stdin is empty, stdout and stderr are no terminals.</summary>
    public Task<CommandResult> RunAsync(params IEnumerable<string> arguments) =>
        CommandsAreProcesses || Through.Count > 0 ? RunProcessAsync(arguments) : RunHereAsync(arguments);

    /// <summary>As <see cref="RunAsync"/>, always as a process.</summary>
    public async Task<CommandResult> RunProcessAsync(params IEnumerable<string> arguments)
    {
        await using ProcessRun run = Begin(arguments);
        return await run.EndAsync(CommandLimit);
    }

    /// <summary>Starts the agent and waits until it says that commands reach it.</summary>
    public async Task StartAsync()
    {
        Assert.False(IsRunning, "the agent runs already");
        ProcessRun agent = Launch();
        await Eventually.HoldsAsync(
            () =>
            {
                Assert.False(agent.HasEnded, $"the agent ended at its start\n{agent}");
                return Task.FromResult(agent.Said(ReadyLine));
            },
            () => $"the agent is ready\n{agent}\n{ThreadReport.Of(agent.Id)}",
            StartLimit);
    }

    /// <summary>Starts the agent where it is expected to end by itself.</summary>
    public async Task<CommandResult> StartToFailAsync() => await Launch().EndAsync(CommandLimit);

    /// <summary>Ends the agent as a service manager would, and asserts that it ends cleanly.</summary>
    public async Task StopAsync()
    {
        CommandResult result = await _agent!.EndBySignalAsync(Libc.SigTerm, CommandLimit);
        result.Expect(0);
    }

    /// <summary>Ends the agent with no chance to tidy up.</summary>
    public async Task KillAsync() => await _agent!.EndBySignalAsync(Libc.SigKill, CommandLimit);

    /// <summary>Stops the agent where it stands, and returns when none of its threads runs any more; what they have asked the kernel for goes on.</summary>
    public Task FreezeAsync()
    {
        Libc.Signal(_agent!.Id, Libc.SigStop);
        string threads = string.Create(CultureInfo.InvariantCulture, $"/proc/{_agent.Id}/task");
        return Eventually.HoldsAsync(() => Directory.GetDirectories(threads).All(IsHalted), () => $"all threads of {Executable} are stopped");
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>The `status --json` of a share.</summary>
    public async Task<JsonElement> StatusAsync(string share = Pair.Share)
    {
        CommandResult result = (await RunAsync("status", "--json")).Expect(0);
        foreach (JsonElement item in result.Json.GetProperty("shares").EnumerateArray())
        {
            if (item.GetProperty("name").GetString() == share)
                return item.Clone();
        }

        throw new InvalidOperationException($"no share {share} in\n{result}");
    }

    /// <summary>The paths that `status` lists with a code.</summary>
    public async Task<string[]> ProblemPathsAsync(string code)
    {
        JsonElement status = await StatusAsync();
        return [.. status.GetProperty("problems").EnumerateArray()
            .Where(problem => problem.GetProperty("code").GetString() == code)
            .Select(problem => problem.GetProperty("path").GetString()!)];
    }

    /// <summary>Waits until `status` shows a share in a state.</summary>
    public Task StateAsync(params string[] states)
    {
        string seen = "";
        return Eventually.HoldsAsync(
            async () => Array.IndexOf(states, seen = (await StatusAsync()).GetProperty("state").GetString()!) >= 0,
            () => $"state {string.Join(" or ", states)}; it is {seen}\n{_agent}");
    }

    /// <summary>All that the agent said, for failures.</summary>
    public override string ToString() => _agent?.ToString() ?? $"{Path.GetFileName(Executable)} was never started";

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
            await _agent.DisposeAsync();
    }

    /// <summary>The program's own command line, run in this process.</summary>
    protected abstract Task<int> RunCommandLineAsync(string[] arguments, TextWriter output, TextWriter error);

    private async Task<CommandResult> RunHereAsync(IEnumerable<string> arguments)
    {
        string[] all = [.. arguments, "--data", DataDirectory];
        string command = Path.GetFileName(Executable) + " " + string.Join(' ', all);
        var output = new StringWriter();
        var error = new StringWriter();
        try
        {
            // Off this thread: a command may open files before its first await.
            int exitCode = await Task.Run(() => RunCommandLineAsync(all, output, error)).WaitAsync(CommandLimit);
            return new CommandResult(command, exitCode, output.ToString(), error.ToString());
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"still running after {CommandLimit.TotalSeconds} s\n$ {command}");
        }
    }

    /// <summary>Stopped, in the midst of a call to the disk, or at its end.</summary>
    private static bool IsHalted(string thread)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(Path.Combine(thread, "stat"));
        }
        catch (IOException)
        {
            // It has ended in between.
            return true;
        }

        // The name, in brackets, may hold anything.
        return "TtDZX".Contains(stat[stat.LastIndexOf(')') + 2], StringComparison.Ordinal);
    }

    private ProcessRun Launch() => _agent = Begin(AgentArguments, AgentThrough);

    private ProcessRun Begin(IEnumerable<string> arguments, IReadOnlyList<string>? through = null)
    {
        string[] command = [.. Machine, .. Through, .. through ?? [], Executable, .. arguments, "--data", DataDirectory];
        return ProcessRun.Start(command[0], command[1..]);
    }
}
