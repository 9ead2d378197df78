using System.CommandLine;
using System.Globalization;
using Sync.Protocol.Control;
using Sync.Shared.Data;
using Sync.Shared.Doctor;
using Sync.Shared.Output;
using Sync.Shared.Support;

namespace Sync.Shared.Commands;

/// <summary><c>support-bundle [FILE]</c>.</summary>
internal static class SupportBundleCommand
{
    public static Command Create(CommandLineHost host, string version, Func<CommandLineHost, DataDirectory, AgentStatus?, DoctorPatient> patient)
    {
        var file = new Argument<string?>("FILE") { Description = "A .tar.gz that is not there yet (made here, with the time in its name)", Arity = ArgumentArity.ZeroOrOne };
        var command = new DocumentedCommand(
            "support-bundle", "Gather versions, status, doctor, logs and configuration in one file, without secrets; names of shares, guests and paths are in it",
            $"{host.Program} support-bundle", $"{host.Program} support-bundle /tmp/sync.tar.gz")
        {
            file,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            var data = host.Locate(parsed);
            if (!data.IsOpenToUser())
                throw new CommandFailure(ExitCode.NotAllowed, $"the data directory {Printable.Text(data.Path)} belongs to another user; run as that user, or name your own with --data");
            var time = TimeProvider.System;
            var path = Path.GetFullPath(parsed.GetValue(file) ?? string.Create(CultureInfo.InvariantCulture, $"{host.Program}-support-{time.GetUtcNow():yyyyMMdd-HHmmss}.tar.gz"));
            var found = patient(host, data, await DoctorCommand.StatusAsync(data, interrupt.Token));
            var findings = await DoctorChecks.RunAsync(found, new ProgramRunner(), time, interrupt.Token);
            var names = SupportBundle.Write(path, found, findings, version, time);
            await parsed.InvocationConfiguration.Error.WriteLineAsync("It holds " + string.Join(", ", names) + "; look into it before you give it away.");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(Printable.Text(path));
            return (int)ExitCode.Done;
        });
        return command;
    }
}
