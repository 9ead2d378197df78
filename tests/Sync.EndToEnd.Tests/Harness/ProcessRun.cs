using System.Diagnostics;
using System.Text;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>One started process with all that it says. Disposing kills it.</summary>
internal sealed class ProcessRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly string _command;
    private readonly Task<int> _ended;

    private ProcessRun(string executable, IReadOnlyList<string> arguments)
    {
        _command = Path.GetFileName(executable) + " " + string.Join(' ', arguments);
        var start = new ProcessStartInfo(executable, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Nothing of the caller's own set-up may leak in.
        start.Environment.Remove("SYNC_DATA");
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["NO_COLOR"] = "1";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        TestProcesses.Add(_process);
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _ended = WaitAsync();
    }

    public int Id => _process.Id;

    public bool HasEnded => _ended.IsCompleted;

    public static ProcessRun Start(string executable, params IReadOnlyList<string> arguments) => new(executable, arguments);

    /// <summary>Whether a line of its stderr begins like this.</summary>
    public bool Said(string start)
    {
        string all = Text(_error);
        return all.StartsWith(start, StringComparison.Ordinal) || all.Contains("\n" + start, StringComparison.Ordinal);
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <exception cref="TimeoutException">It does not.</exception>
    public async Task<CommandResult> EndAsync(TimeSpan limit)
    {
        try
        {
            return Result(await _ended.WaitAsync(limit));
        }
        catch (TimeoutException)
        {
            TestProcesses.Kill(_process);
            throw new TimeoutException($"still running after {limit.TotalSeconds} s\n{Result(await _ended)}");
        }
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    public async Task<CommandResult> EndBySignalAsync(int signal, TimeSpan limit)
    {
        if (!HasEnded)
            Libc.Signal(_process.Id, signal);
        return await EndAsync(limit);
    }

    /// <summary>All so far, to show with a failure.</summary>
    public override string ToString() => HasEnded ? Result(_ended.Result).ToString() : Result(-1).ToString();

    public async ValueTask DisposeAsync()
    {
        TestProcesses.Kill(_process);
        await _ended;
        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private CommandResult Result(int exitCode) => new(_command, exitCode, Text(_output), Text(_error));

    private async Task<int> WaitAsync()
    {
        // Also waits for the end of both streams.
        await _process.WaitForExitAsync();
        TestProcesses.Forget(_process);
        return _process.ExitCode;
    }
}
