using System.CommandLine;
using Sync.Host.Access;
using Sync.Host.Auditing;
using Sync.Host.Config;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Data;

namespace Sync.Host.Commands;

/// <summary>A command's way to the tokens, whether the agent runs or not.</summary>
internal static class TokenAccess
{
    /// <summary>Asks the agent, or changes the configuration itself.</summary>
    /// <param name="host">The program.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="remote">Asks the running agent.</param>
    /// <param name="local">Works on the configuration.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="change">The request, where it changes something: for the audit log.</param>
    public static async Task<T> UseAsync<T>(
        CommandLineHost host,
        ParseResult parsed,
        Func<Protocol.Control.Access.AccessClient, Task<T>> remote,
        Func<ApiTokens, T> local,
        CancellationToken cancel,
        object? change = null)
        where T : class
    {
        var data = host.Locate(parsed);
        using var access = await ConfigAccess.OpenAsync(data, cancel);
        if (access.Agent is { } agent)
            return await remote(agent.Access);
        var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig());
        var tokens = new ApiTokens(config, TimeProvider.System);
        return change is null
            ? local(tokens)
            : await AuditInterceptor.AuditedAsync(CommandAudit.Open(host, parsed, data), AuditWords.Of(change, AuditActor.Local)!, () => Task.FromResult(local(tokens)));
    }
}
