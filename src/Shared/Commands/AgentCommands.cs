namespace Sync.Shared.Commands;

/// <summary>The commands that sync-host and sync-guest share.</summary>
internal static class AgentCommands
{
    public static void AddTo(CommandLineHost host)
    {
        host.Root.Add(StatusCommand.Create(host));
        host.Root.Add(PauseCommand.CreatePause(host));
        host.Root.Add(PauseCommand.CreateResume(host));
        host.Root.Add(ConflictsCommand.Create(host));
        host.Root.Add(VersionsCommand.Create(host));
        host.Root.Add(VerifyCommand.Create(host));
        host.Root.Add(RevertCommand.Create(host));
        host.Root.Add(LogsCommand.Create(host));
        host.Root.Add(ConfigCommand.Create(host));
        host.Root.Add(CompletionsCommand.Create(host));
    }
}
