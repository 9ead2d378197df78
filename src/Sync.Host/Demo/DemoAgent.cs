using System.Diagnostics;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Demo;

/// <summary>One real agent of the demo: a process of its own, with its data and its directory.</summary>
internal sealed class DemoAgent : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly string _program;
    private readonly string[] _run;
    private Process? _process;
    private AgentConnection? _connection;

    /// <param name="name">For people.</param>
    /// <param name="program">The executable.</param>
    /// <param name="directory">What it syncs.</param>
    /// <param name="data">Its data directory.</param>
    /// <param name="run">The command line that runs it.</param>
    public DemoAgent(string name, string program, string directory, string data, params string[] run)
    {
        Name = name;
        Directory = directory;
        Data = data;
        _program = program;
        _run = run;
    }

    public string Name { get; }

    public string Directory { get; }

    public string Data { get; }

    public string Log => Data + ".log";

    public int? ProcessId => _process?.Id;

    public Agent.AgentClient Control => (_connection ?? throw new InvalidOperationException("The agent does not run.")).Agent;

    /// <summary>Starts it, and returns once it answers.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        // Its log goes to a file of its own, so that nobody has to stay and read a pipe.
        _process = Process.Start(DemoCommand.Prepare("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$SYNC_DEMO_LOG\" 2>&1", _program, .. _run, "--data", Data], Log))
            ?? throw new CommandFailure($"{_program} did not start");
        var started = Stopwatch.GetTimestamp();
        var location = DataDirectory.Locate(Data, Name);
        while ((_connection = AgentConnection.TryOpen(location)) is null)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartPatience)
                throw new CommandFailure($"the demo's agent {Name} did not start; its log: {await ReadLogAsync(cancel)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
        }
    }

    /// <summary>Ends it in order, as a service manager would.</summary>
    public async Task StopAsync()
    {
        _connection?.Dispose();
        _connection = null;
        if (_process is not { } process)
            return;
        _process = null;
        using (process)
        {
            if (process.HasExited)
                return;
            _ = DemoSignals.Terminate(process.Id);
            using var patience = new CancellationTokenSource(EndPatience);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Waits until all is identical and durable.</summary>
    public async Task FlushAsync(TimeSpan timeout, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        FlushReply reply;
        // An agent that has only just begun answers before its replica runs, and says "halted" then: that is not an end.
        while ((reply = await Control.FlushAsync(new FlushRequest { TimeoutMs = (long)timeout.TotalMilliseconds }, cancellationToken: cancel))
            .Items.Any(item => item.Outcome is "halted") && Stopwatch.GetElapsedTime(started) < StartPatience && (await StatusAsync(cancel)).State is "scanning")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
        }

        if (reply.Items.FirstOrDefault(item => item.Outcome is not "complete") is { } item)
            throw new CommandFailure($"{Name} did not come to rest: {item.Outcome} {Printable.Text(item.Reason)} {string.Join("; ", item.Problems.Take(3).Select(p => p.Path + ": " + p.Message))}");
    }

    public async Task<ReplicaInfo> StatusAsync(CancellationToken cancel) =>
        (await Control.GetStatusAsync(new StatusRequest(), cancellationToken: cancel)).Shares[0];

    /// <summary>Leaves the process running when this one ends.</summary>
    public void Detach()
    {
        _connection?.Dispose();
        _connection = null;
        _process?.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<string> ReadLogAsync(CancellationToken cancel) =>
        File.Exists(Log) ? Printable.Text((await File.ReadAllTextAsync(Log, cancel)).Trim()) : "none";
}
