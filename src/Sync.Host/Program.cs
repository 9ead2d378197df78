using Sync.Host.Commands;
using Sync.Shared.Commands;
using Sync.Shared.Completions;

namespace Sync.Host;

/// <summary>The <c>sync-host</c> command.</summary>
internal static class Program
{
    /// <summary>The program's name.</summary>
    public const string Name = "sync-host";

    /// <summary>The command that starts the agent, for messages.</summary>
    public const string StartCommand = Name + " serve";

    /// <summary>The product's version.</summary>
    public static string Version { get; } = typeof(Program).Assembly.GetName().Version!.ToString(3);

    public static Task<int> Main(string[] args) => CreateCommandLine().RunAsync(args, Console.Out, Console.Error);

    /// <summary>The whole command line, not yet parsed.</summary>
    public static CommandLineHost CreateCommandLine()
    {
        var host = new CommandLineHost(
            Name,
            "Keeps directories the same between this host and its virtual machines, containers and agents.",
            StartCommand,
            "sync-host serve --share docs=/srv/docs",
            "sync-host invite --share docs",
            "sync-host status --watch",
            "sync-host demo");
        host.Root.Add(ServeCommand.Create(host));
        host.Root.Add(ShareCommand.Create(host));
        host.Root.Add(GuestCommand.Create(host));
        host.Root.Add(InviteCommand.Create(host));
        host.Root.Add(TagCommand.Create(host));
        host.Root.Add(TagCommand.CreateUntag(host));
        host.Root.Add(FlushCommand.Create(host));
        host.Root.Add(JobCommand.Create(host));
        host.Root.Add(EventsCommand.Create(host));
        host.Root.Add(TokenCommand.Create(host));
        host.Root.Add(WebhookCommand.Create(host));
        host.Root.Add(DashboardCommand.Create(host));
        AgentCommands.AddTo(host);
        host.Root.Add(AuditCommand.Create(host));
        host.Root.Add(BackupCommand.Create(host));
        host.Root.Add(RestoreCommand.Create(host));
        host.Root.Add(DoctorCommand.Create(host, HostPatient.Of));
        host.Root.Add(SupportBundleCommand.Create(host, Version, HostPatient.Of));
        host.Root.Add(ServiceCommand.Create(host, "serve"));
        host.Root.Add(ManCommand.Create(host));
        host.Root.Add(DemoCommandLine.Create());
        CompletionWords.AddTo(host, HostNames.Of);
        return host;
    }
}
