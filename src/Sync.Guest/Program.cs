using Sync.Guest.Commands;
using Sync.Protocol.Identities;
using Sync.Shared.Commands;
using Sync.Shared.Completions;

namespace Sync.Guest;

/// <summary>The <c>sync-guest</c> command.</summary>
internal static class Program
{
    /// <summary>The product's version.</summary>
    public static string Version { get; } = typeof(Program).Assembly.GetName().Version!.ToString(3);

    public static Task<int> Main(string[] args)
    {
        // Its peers are hosts, and pinned.
        SystemTrust.LeaveOut();
        return CreateCommandLine().RunAsync(args, Console.Out, Console.Error);
    }

    /// <summary>The whole command line, not yet parsed.</summary>
    public static CommandLineHost CreateCommandLine()
    {
        var host = new CommandLineHost(
            "sync-guest",
            "Keeps directories of this machine the same as a host's shares.",
            "sync-guest run",
            "sync-guest join TOKEN ~/docs",
            "sync-guest run",
            "sync-guest flush && make",
            "sync-guest status --watch");
        host.Root.Add(JoinCommand.Create(host));
        host.Root.Add(RunCommand.Create(host));
        host.Root.Add(FlushCommand.Create(host));
        host.Root.Add(PullCommand.Create(host));
        host.Root.Add(PushCommand.Create(host));
        host.Root.Add(LeaveCommand.Create(host));
        AgentCommands.AddTo(host);
        host.Root.Add(DoctorCommand.Create(host, GuestPatient.Of));
        host.Root.Add(SupportBundleCommand.Create(host, Version, GuestPatient.Of));
        host.Root.Add(ServiceCommand.Create(host, "run"));
        host.Root.Add(ManCommand.Create(host));
        CompletionWords.AddTo(host, GuestNames.Of);
        return host;
    }
}
