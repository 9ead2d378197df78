using System.CommandLine;
using Sync.Engine.Pulling;
using Sync.Guest.Agent;
using Sync.Guest.Config;
using Sync.Guest.Pulling;
using Sync.Protocol.Invites;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Guest.Commands;

/// <summary><c>pull TOKEN|SHARE DIR</c>: a directory becomes a share as it was at one revision; one way, once, without an agent.</summary>
internal static class PullCommand
{
    public static Command Create(CommandLineHost host)
    {
        var from = new Argument<string>("TOKEN|SHARE") { Description = "The host's invite ('-' reads it from stdin), or a share that this guest was paired for" };
        var directory = new Argument<string>("DIR") { Description = "The directory; made if it is missing" };
        var address = JoinCommand.Address();
        var path = JoinCommand.SubPath();
        var name = new Option<string?>("--name") { Description = "What the host is to call this guest (the machine's name)", HelpName = "NAME" };
        var at = new Option<string>("--at") { Description = "As it was at a tag, or a revision that is still held whole", HelpName = "TAG|REVISION", DefaultValueFactory = _ => "" };
        var delete = new Option<bool>("--delete") { Description = "Delete what the share has not (as without it)" };
        var keep = new Option<bool>("--keep-extra") { Description = "Keep what the share has not" };
        var force = new Option<bool>("--force") { Description = "Also into a directory that no pull has made, or that was another share" };
        var verify = new Option<bool>("--verify") { Description = "Read every file that is there, whatever its time and size say" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would be done, path by path" };
        var cache = new Option<string?>("--cache") { Description = "A directory of contents that all pulls with it share", HelpName = "DIR" };
        var cacheSize = new Option<long?>("--cache-size")
        {
            Description = "The most that the cache is to take (20G)",
            HelpName = "SIZE",
            CustomParser = static result =>
            {
                if (Quantity.TryParseBytes(result.Tokens[0].Value, out var bytes)) return bytes;
                result.AddError($"'{result.Tokens[0].Value}' is not a size such as 500M or 20G.");
                return null;
            },
        };
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "pull", "Make a directory a share's tree as it is now: all or nothing, once, without an agent",
            "sync-guest pull sync1.… workspace", "sync-guest pull artifacts workspace --path nightly", "sync-guest pull artifacts workspace --dry-run --json")
        {
            from, directory, address, path, name, at, delete, keep, force, verify, dryRun, cache, cacheSize, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(delete) && result.GetValue(keep))
                result.AddError("--delete and --keep-extra exclude each other.");
        });
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            var target = await TargetAsync(parsed.GetValue(from)!, parsed.GetValue(address) ?? [], parsed.GetValue(path)!.Trim('/'), parsed.GetValue(at)!, parsed.GetValue(name), interrupt.Token);
            var data = host.Locate(parsed);
            var where = RealPath.Of(Environment.CurrentDirectory);
            var real = RealPath.Of(Path.GetFullPath(parsed.GetValue(directory)!));
            Check(data, real);
            using var identity = AgentIdentity.Load(data);
            var paired = new PairedHost(data, target, identity);
            var options = new PullOptions(real, paired.Fingerprint, target.Share, target.SubPath)
            {
                KeepsExtras = parsed.GetValue(keep),
                Force = parsed.GetValue(force),
                Verifies = parsed.GetValue(verify),
                IsDryRun = parsed.GetValue(dryRun),
                Cache = CacheOf(parsed.GetValue(cache), real),
                CacheBytes = parsed.GetValue(cacheSize) ?? 20L << 30,
            };
            var begun = TimeProvider.System.GetTimestamp();
            var result = await RunAsync(paired, options, parsed.InvocationConfiguration.Error, interrupt.Token);
            var took = TimeProvider.System.GetElapsedTime(begun);
            if (parsed.GetValue(json)) OutputJson.Write(parsed.InvocationConfiguration.Output, PullReport.ToOutput(options, result, took));
            else PullReport.Write(parsed.InvocationConfiguration.Output, options, result, took);
            // The shell that called stands in what is no longer there: without a word its next commands fail in strange ways.
            if (!result.IsUnchanged && !options.IsDryRun && RealPath.IsWithin(where, real))
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"The working directory is the old tree, which is gone: cd {Printable.Text(real)} again.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static async Task<PullTarget> TargetAsync(string from, IReadOnlyList<string> addresses, string subPath, string at, string? name, CancellationToken cancel)
    {
        var text = from is "-" ? await Console.In.ReadLineAsync(cancel) ?? "" : from;
        var proposed = name ?? Environment.MachineName;
        if (Invite.TryParse(text, out var invite, out var error)) return new PullTarget(invite, invite.Share, addresses, subPath, at, proposed);
        // No share's name is that long, or has a dot after "sync1": it was meant as a token.
        if (from is "-" || text.StartsWith(Invite.Prefix, StringComparison.Ordinal)) throw new CommandFailure(ExitCode.Usage, error);
        return new PullTarget(null, text, addresses, subPath, at, proposed);
    }

    /// <summary>Made with those above it; apart from what is pulled into, which is replaced as a whole.</summary>
    private static string? CacheOf(string? cache, string directory)
    {
        if (cache is null) return null;
        var real = RealPath.Of(Path.GetFullPath(cache));
        if (RealPath.IsWithin(real, directory)) throw new CommandFailure(ExitCode.Usage, $"the cache {Printable.Text(real)} is in {Printable.Text(directory)}, which is replaced as a whole; choose another with --cache");
        try
        {
            if (Path.GetDirectoryName(real) is { } above) Directory.CreateDirectory(above);
            return real;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(e is UnauthorizedAccessException ? ExitCode.NotAllowed : ExitCode.Failed, $"the cache {Printable.Text(real)} cannot be made ({e.Message}); choose another with --cache", e);
        }
    }

    private static void Check(DataDirectory data, string directory)
    {
        var bindings = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig()).Current.Bindings;
        DirectoryRules.CheckApart(directory, bindings.Select(b => ("joined to share " + Printable.Text(b.Share), b.Directory)), data.Path);
        DirectoryRules.CheckUnclaimed(directory);
    }

    private static async Task<PullResult> RunAsync(PairedHost host, PullOptions options, TextWriter error, CancellationToken cancel)
    {
        var run = new PullRun(host, options, TimeProvider.System);
        using var above = ParentDirectory.Ensure(options.Directory);
        try
        {
            await using var progress = new PullProgress(run, error, TimeProvider.System, Terminal.ShowsProgress);
            var result = await run.RunAsync(cancel);
            if (!options.IsDryRun) above.Keep();
            return result;
        }
        catch (Exception e) when (PullFailures.Of(e) is not null)
        {
            throw PullFailures.Of(e)!;
        }
    }
}
