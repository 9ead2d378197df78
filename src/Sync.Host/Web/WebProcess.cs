using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Web;

/// <summary>One run of the web server's program.</summary>
internal sealed class WebProcess
{
    private const string ReadyPrefix = "ready ";
    private const string FailedPrefix = "failed ";

    private readonly Process _process;

    private WebProcess(Process process) => _process = process;

    /// <summary>Starts it. Its messages go where this program's go.</summary>
    /// <exception cref="CommandFailure">It cannot be run.</exception>
    public static WebProcess Launch(string program, DataDirectory data, IPEndPoint listen, WebOptions options)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = data.Path };
        foreach (var argument in (string[])["--data", data.Path, "--listen", listen.ToString()])
            start.ArgumentList.Add(argument);
        if (options.Certificate is { } certificate)
        {
            start.ArgumentList.Add("--certificate");
            start.ArgumentList.Add(certificate);
        }

        try
        {
            return new WebProcess(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new CommandFailure($"the web server {Printable.Text(program)} cannot be run ({e.Message}); install it again, or serve without --api", e);
        }
    }

    /// <summary>Where it answers, once it does.</summary>
    /// <exception cref="CommandFailure">It ended, and said why.</exception>
    public async Task<string> ReadyAsync(CancellationToken cancel)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancel);
        if (line is not null && line.StartsWith(ReadyPrefix, StringComparison.Ordinal))
            return line[ReadyPrefix.Length..];
        throw new CommandFailure(line is not null && line.StartsWith(FailedPrefix, StringComparison.Ordinal)
            ? line[FailedPrefix.Length..]
            : "the web server ended before it answered; is the .NET runtime (ASP.NET Core 10) installed? See the messages above, or serve without --api");
    }

    /// <summary>Completes with its exit code.</summary>
    public async Task<int> EndedAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    /// <summary>Ends it: at first by closing its input, then by force.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        using (_process)
        {
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(patience);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }
}
