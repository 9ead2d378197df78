using System.ComponentModel;
using System.Diagnostics;

namespace Sync.Shared.Doctor;

/// <summary>Runs what is installed, in English, for at most five seconds.</summary>
internal sealed class ProgramRunner : IProgramRunner
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Where what looks at firewalls is, and often not in a user's PATH.
    private static readonly string[] MorePlaces = OperatingSystem.IsWindows() ? [] : ["/usr/sbin", "/sbin", "/usr/local/sbin"];

    public async Task<ProgramOutput?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        if (Find(program) is not { } path)
            return null;
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment["LC_ALL"] = "C";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            // It is there, but this user may not run it: as if it were not.
            return null;
        }

        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new ProgramOutput(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return new ProgramOutput(-1, "", $"{program} did not end in {Patience.TotalSeconds:0} s");
        }
    }

    private static string? Find(string program)
    {
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(MorePlaces);
        return places.Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);
    }
}
