using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>token create|list|revoke</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(CommandLineHost host) => new DocumentedCommand(
        "token", "Who may use the API", "sync-host token create --scope sync --share artifacts --ttl 30d", "sync-host token list", "sync-host token revoke ci")
    {
        New(host), List(host), Revoke(host),
    };

    private static Command New(CommandLineHost host)
    {
        var scope = new Option<string>("--scope") { Description = "read: look; sync: also jobs, flush, pause, conflicts; admin: everything", HelpName = "read|sync|admin", Required = true };
        scope.AcceptOnlyFromAmong("read", "sync", "admin");
        var share = new Option<string?>("--share") { Description = "Only for this share", HelpName = "NAME" };
        var name = new Option<string?>("--name") { Description = "What it is called in lists and logs", HelpName = "NAME" };
        var ttl = new TimeOption("--ttl", "How long it holds (90d)", TimeSpan.FromDays(90));
        var command = new DocumentedCommand(
            "create", "Make a token and print it, alone, on stdout; it is shown this once", "sync-host token create --scope read", "sync-host token create --scope sync --share artifacts --name ci")
        {
            scope, share, name, ttl,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new CreateTokenRequest
            {
                Scope = parsed.GetValue(scope)!,
                Share = parsed.GetValue(share) ?? "",
                Name = parsed.GetValue(name) ?? "",
                TtlMs = (long)ttl.Of(parsed).TotalMilliseconds,
            };
            if (request.TtlMs <= 0)
                throw new CommandFailure(ExitCode.Usage, "a token holds for more than nothing; choose another --ttl");
            var reply = await TokenAccess.UseAsync(
                host,
                parsed,
                access => access.CreateTokenAsync(request, cancellationToken: cancel).ResponseAsync,
                tokens =>
                {
                    var (text, record) = tokens.Create(request.Name, request.Scope, request.Share, TimeSpan.FromMilliseconds(request.TtlMs));
                    return new CreateTokenReply { Token = text, Info = tokens.Describe(record) };
                },
                cancel,
                request);
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"token {reply.Info.Name} ({reply.Info.Id}), scope {reply.Info.Scope}, {ShareOf(reply.Info)}, until {Printable.Moment(Text.Moment(reply.Info.ExpiresAtUnixMs))}");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(reply.Token);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandLineHost host)
    {
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("list", "The tokens that hold", "sync-host token list --json") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            var list = await TokenAccess.UseAsync(
                host,
                parsed,
                access => access.ListTokensAsync(new ListTokensRequest(), cancellationToken: cancel).ResponseAsync,
                tokens =>
                {
                    var found = new TokenInfoList();
                    found.Tokens.AddRange(tokens.List().Select(tokens.Describe));
                    return found;
                },
                cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                OutputJson.Write(output, new TokensOutput([.. list.Tokens.Select(TokenOutput.From)]));
                return (int)ExitCode.Done;
            }

            var table = new TextTable("ID", "NAME", "SCOPE", "SHARE", "UNTIL", "LAST USED");
            foreach (var token in list.Tokens)
            {
                table.Add(
                    token.Id,
                    token.Name,
                    token.Scope,
                    token.Share.Length > 0 ? token.Share : "all",
                    Printable.Moment(Text.Moment(token.ExpiresAtUnixMs)),
                    token.UsedAtUnixMs == 0 ? "-" : Printable.Moment(Text.Moment(token.UsedAtUnixMs)));
            }

            table.Write(output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(CommandLineHost host)
    {
        var id = new Argument<string>("TOKEN") { Description = "Its name or id, as 'token list' shows them" };
        var command = new DocumentedCommand("revoke", "Make a token worthless, at once", "sync-host token revoke ci") { id };
        command.SetAction(async (parsed, cancel) =>
        {
            var asked = parsed.GetValue(id)!;
            var revoked = await TokenAccess.UseAsync(
                host,
                parsed,
                access => access.RevokeTokenAsync(new RevokeTokenRequest { Id = asked }, cancellationToken: cancel).ResponseAsync,
                tokens => tokens.Describe(tokens.Revoke(asked)),
                cancel,
                new RevokeTokenRequest { Id = asked });
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{revoked.Name}: revoked");
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static string ShareOf(TokenInfo token) => token.Share.Length > 0 ? "share " + token.Share : "all shares";
}
