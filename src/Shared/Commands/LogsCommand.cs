using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Sync.Shared.Logs;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary><c>logs [--follow] [--lines N] [--since 1h] [--level LEVEL] [--json]</c>.</summary>
internal static class LogsCommand
{
    private const int UsualLines = 100;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private static readonly LogJson Relaxed = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static Command Create(CommandLineHost host)
    {
        var follow = new Option<bool>("--follow") { Description = "Go on with what is logged from now on, until Ctrl-C" };
        var lines = CommonOptions.Lines(UsualLines);
        var since = CommonOptions.Since();
        var level = new Option<string>("--level") { Description = "Only what is as grave: " + string.Join(", ", LogLevelWords.All), HelpName = "LEVEL", DefaultValueFactory = _ => "trace" };
        level.AcceptOnlyFromAmong(LogLevelWords.All);
        var json = new Option<bool>("--json") { Description = "As JSON on stdout, a line for each message" };
        var command = new DocumentedCommand(
            "logs", "What the agent has logged, also when none runs", $"{host.Program} logs --since 1h --level warning", $"{host.Program} logs --follow")
        {
            follow, lines, since, level, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = host.Locate(parsed);
            if (!data.IsOpenToUser())
                throw new CommandFailure(ExitCode.NotAllowed, $"the data directory {Printable.Text(data.Path)} belongs to another user; run as that user, or name your own with --data");
            _ = LogLevelWords.TryParse(parsed.GetValue(level)!, out var least);
            DateTimeOffset? from = parsed.GetValue(since) is { } span ? TimeProvider.System.GetUtcNow() - span : null;
            using var reader = new LogReader(data, line => (from is null || line.At >= from) && LogLevelWords.TryParse(line.Level, out var grave) && grave >= least);
            var output = parsed.InvocationConfiguration.Output;
            var asJson = parsed.GetValue(json);
            Write(output, reader.Newest(parsed.GetValue(lines)), asJson);
            if (parsed.GetValue(follow))
                await FollowAsync(reader, output, asJson, cancel);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static async Task FollowAsync(LogReader reader, TextWriter output, bool json, CancellationToken cancel)
    {
        using var interrupt = new Interrupt();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupt.Token, cancel);
        using var timer = new PeriodicTimer(BetweenLooks);
        try
        {
            do
            {
                Write(output, reader.Next(), json);
                await output.FlushAsync(over.Token);
            }
            while (await timer.WaitForNextTickAsync(over.Token));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
        }
    }

    private static void Write(TextWriter output, IReadOnlyList<LogLine> lines, bool json)
    {
        foreach (var line in lines)
        {
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(line, (JsonTypeInfo<LogLine>)Relaxed.GetTypeInfo(typeof(LogLine))!));
                continue;
            }

            output.WriteLine(Printable.Text(string.Create(
                CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {line.Level,-11} {line.Category}: {line.Message}")));
            foreach (var part in line.Exception?.Split('\n') ?? [])
                output.WriteLine("    " + Printable.Text(part.TrimEnd('\r')));
        }
    }
}
