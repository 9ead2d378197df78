using System.CommandLine;
using Spectre.Console;
using Sync.Host.Demo;
using Sync.Shared.Commands;
using Sync.Shared.Output;

namespace Sync.Host.Commands;

/// <summary><c>demo [--keep]</c>.</summary>
internal static class DemoCommandLine
{
    public static Command Create()
    {
        var keep = new Option<bool>("--keep") { Description = "Leave the agents running and the files in place" };
        var command = new DocumentedCommand(
            "demo", "A host and two guests on this machine, on a copy of the .NET SDK's folder: what happens, and how fast", "sync-host demo", "sync-host demo --keep")
        {
            keep,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            await RunAsync(parsed.GetValue(keep), interrupt.Token);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static async Task RunAsync(bool keep, CancellationToken cancel)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            ColorSystem = Terminal.HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        var (program, guestProgram, sdk) = (DemoPrograms.Host(), DemoPrograms.Guest(), DemoPrograms.Sdk());
        var place = Directory.CreateTempSubdirectory("sync-demo-").FullName;
        string At(string name) => Path.Combine(place, name);
        var kept = false;
        await using var host = new DemoAgent(
            "host", program, At("host"), At("host-data"), "serve", "--listen", "127.0.0.1:0", "--share", "sdk=" + At("host"), "--log", "warning");
        await using var alpha = new DemoAgent("alpha", guestProgram, At("alpha"), At("alpha-data"), "run", "--log", "warning");
        await using var beta = new DemoAgent("beta", guestProgram, At("beta"), At("beta-data"), "run", "--log", "warning");
        try
        {
            console.WriteLine($"Copying {sdk} to {host.Directory}");
            var (files, bytes) = await Task.Run(() => DemoTree.Copy(sdk, host.Directory, cancel), cancel);
            await host.StartAsync(cancel);
            var token = await DemoCommand.RunAsync(program, ["invite", "--data", host.Data, "--share", "sdk", "--uses", "2"], cancel);
            foreach (var guest in (DemoAgent[])[alpha, beta])
                await DemoCommand.RunAsync(guestProgram, ["join", "--data", guest.Data, "--name", guest.Name, token, guest.Directory], cancel);

            await new Demonstration(console, host, alpha, beta, cancel).RunAsync(files, bytes);
            if (keep)
            {
                kept = true;
                Keep(console, place, host, alpha, beta);
            }
        }
        finally
        {
            if (!kept)
            {
                await Task.WhenAll(beta.StopAsync(), alpha.StopAsync(), host.StopAsync());
                Directory.Delete(place, recursive: true);
            }
        }
    }

    private static void Keep(IAnsiConsole console, string place, params DemoAgent[] agents)
    {
        console.WriteLine($"Left running, in {place}:");
        foreach (var agent in agents)
        {
            var program = agent.Name is "host" ? "sync-host" : "sync-guest";
            console.WriteLine(FormattableString.Invariant($"  {agent.Name}: {agent.Directory} (process {agent.ProcessId}; {program} status --data {agent.Data})"));
        }

        console.WriteLine($"To end it: kill {string.Join(' ', agents.Select(a => a.ProcessId))}; then rm -r {place}");
        foreach (var agent in agents)
            agent.Detach();
    }
}
