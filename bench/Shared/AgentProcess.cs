using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sync.Bench;

/// <summary>One real agent, and the commands given to it. Ends its own process, by its id, and no other.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    // sockaddr_un.sun_path holds 108 bytes with the closing NUL.
    private const int LongestSocketPath = 107;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly string _data;
    private Process? _process;

    public AgentProcess(string program, string data)
    {
        _program = program;
        _data = data;
    }

    /// <summary>The running process's id.</summary>
    public int Id => _process!.Id;

    private string Log => _data + ".log";

    private string ControlSocket => Path.Combine(_data, "control.sock");

    /// <summary>Starts it in the foreground of a process of its own, and returns once it takes commands.</summary>
    public async Task StartAsync(params string[] arguments)
    {
        // The log is a file, so that no pipe fills up while nobody reads it.
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$0\" \"$@\" >>\"$BENCH_LOG\" 2>&1", _program } };
        start.Environment["BENCH_LOG"] = Log;
        foreach (var argument in (string[])[.. arguments, "--data", _data])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{_program} did not start");

        var begun = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begun) > StartPatience)
                throw new InvalidOperationException($"{_program} did not come up; see {Log}: {await File.ReadAllTextAsync(Log)}");
            await Task.Delay(5);
        }
    }

    /// <summary>Runs a command of this program to its end, and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await TryRunAsync(arguments);
        return code is 0 ? output.Trim() : throw new InvalidOperationException($"{_program} {string.Join(' ', arguments)} ended with {code}: {error}{output}");
    }

    /// <summary>A line of <c>/proc/PID/status</c>, such as VmRSS, in MB (10⁶ bytes).</summary>
    public double Memory(string line)
    {
        var found = File.ReadLines($"/proc/{_process!.Id}/status").First(l => l.StartsWith(line + ":", StringComparison.Ordinal));
        return long.Parse(found.AsSpan(line.Length + 1).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Ends it as a service manager would; it can be started again.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        await ProcessEnd.OfAsync(process);
    }

    // By the socket alone where its path is the usual one: a command each time would cost more than the start that is waited for.
    private async Task<bool> AnswersAsync()
    {
        if (Encoding.UTF8.GetByteCount(ControlSocket) > LongestSocketPath)
            return (await TryRunAsync("status")).Code is 0;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket));
            return true;
        }
        catch (SocketException)
        {
            // Not there yet, or left by a process that was killed.
            return false;
        }
    }

    private async Task<(int Code, string Output, string Error)> TryRunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_program, [.. arguments, "--data", _data]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var command = Process.Start(start) ?? throw new InvalidOperationException($"{_program} did not start");
        var error = command.StandardError.ReadToEndAsync();
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return (command.ExitCode, output, await error);
    }
}
