using System.Diagnostics;
using Sync.Shared.Output;

namespace Sync.Host.Demo;

/// <summary>Runs command lines of the two programs, as a person would.</summary>
internal static class DemoCommand
{
    /// <summary>Runs one to its end, and returns what it printed.</summary>
    public static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancel)
    {
        var start = Prepare(program, arguments, log: null);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new CommandFailure($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0
            ? (await output).Trim()
            : throw new CommandFailure($"'{Path.GetFileName(program)} {arguments[0]}' failed: {Printable.Text((await error).Trim())}");
    }

    public static ProcessStartInfo Prepare(string program, string[] arguments, string? log)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
        start.Environment["SYNC_DEMO_LOG"] = log ?? "";
        // An executable finds the runtime that runs this one, wherever it is installed.
        if (DemoPrograms.RuntimeRoot is { } root)
            start.Environment.TryAdd("DOTNET_ROOT", root);
        return start;
    }
}
