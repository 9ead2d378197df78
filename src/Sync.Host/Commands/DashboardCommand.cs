using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;

namespace Sync.Host.Commands;

/// <summary><c>dashboard</c>.</summary>
internal static class DashboardCommand
{
    public static Command Create(CommandLineHost host)
    {
        var print = new Option<bool>("--print") { Description = "Print the address that signs in, open nothing" };
        var command = new DocumentedCommand("dashboard", "Open the dashboard in a browser, signed in", "sync-host dashboard", "sync-host dashboard --print") { print };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var signIn = await agent.Access.CreateSignInAsync(new CreateSignInRequest(), cancellationToken: cancel);
            if (signIn.Address.Length == 0)
                throw new CommandFailure("this host has no dashboard: start it with 'sync-host serve --api 127.0.0.1:8443'");
            var address = signIn.Address + "/signin?code=" + signIn.Code;
            await parsed.InvocationConfiguration.Output.WriteLineAsync(address);
            if (!parsed.GetValue(print) && !Open(address))
                await parsed.InvocationConfiguration.Error.WriteLineAsync("no browser could be opened: open the address within a minute");
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static bool Open(string address)
    {
        var (program, first) = OperatingSystem.IsWindows() ? ("cmd", "/c start \"\"") : OperatingSystem.IsMacOS() ? ("open", "") : ("xdg-open", "");
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        if (first.Length > 0)
            start.Arguments = first + " " + address;
        else
            start.ArgumentList.Add(address);
        try
        {
            using var process = Process.Start(start);
            return process is not null;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
