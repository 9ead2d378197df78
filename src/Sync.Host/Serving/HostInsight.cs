using Google.Protobuf.WellKnownTypes;
using Sync.Host.Auditing;
using Sync.Host.Commands;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Doctor;
using Sync.Shared.Logs;
using Sync.Shared.Output;

namespace Sync.Host.Serving;

/// <summary>The host's audit log, its log and its health, for the control API. Safe from any thread.</summary>
internal sealed class HostInsight(DataDirectory data, TimeProvider time) : IAgentInsight
{
    private const int UsualLines = 100;
    private const int MostLines = 10_000;

    /// <summary>It makes files and starts programs: one at a time is enough for everybody.</summary>
    private readonly SemaphoreSlim _diagnosing = new(1);

    public AuditList Audit(AuditRequest request)
    {
        var (entries, unreadable) = AuditReader.Read(data, From(request.Since), LimitOf(request.Limit));
        var list = new AuditList { Unreadable = unreadable };
        list.Entries.AddRange(entries.Select(e => new AuditItem
        {
            AtUnixMs = e.At.ToUnixTimeMilliseconds(), Actor = e.Actor, Action = e.Action, Share = e.Share ?? "", Target = e.Target ?? "", Outcome = e.Outcome, Detail = e.Detail ?? "", LeftOut = e.LeftOut ?? 0,
        }));
        return list;
    }

    public LogList Logs(LogsRequest request)
    {
        var wanted = request.Level.Length == 0 ? "trace" : request.Level;
        if (!LogLevelWords.TryParse(wanted, out var least))
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(wanted)}' is no level: {string.Join(", ", LogLevelWords.All)}");
        var from = From(request.Since);
        using var reader = new LogReader(data, line => (from is null || line.At >= from) && LogLevelWords.TryParse(line.Level, out var grave) && grave >= least);
        var list = new LogList();
        list.Lines.AddRange(reader.Newest(LimitOf(request.Limit)).Select(ToItem));
        return list;
    }

    public async Task<Diagnosis> DiagnoseAsync(CancellationToken cancel)
    {
        await _diagnosing.WaitAsync(cancel);
        try
        {
            var patient = HostPatient.Of(Program.Name, Program.StartCommand, data, await DoctorCommand.StatusAsync(data, cancel));
            var findings = await DoctorChecks.RunAsync(patient, new ProgramRunner(), time, cancel);
            var diagnosis = new Diagnosis { Worst = DoctorOutputs.Word(DoctorOutputs.Worst(findings)) };
            diagnosis.Findings.AddRange(findings.Select(f => new Finding { Check = f.Check, Subject = f.Subject ?? "", Level = DoctorOutputs.Word(f.Level), Message = f.Message, Mend = f.Mend ?? "" }));
            return diagnosis;
        }
        finally
        {
            _diagnosing.Release();
        }
    }

    private DateTimeOffset? From(Duration? since)
    {
        if (since is null)
            return null;
        if (since.Seconds < 0 || since.Nanos < 0)
            throw new CommandFailure(ExitCode.Usage, "'since' is a length of time, such as 3600s");
        // Longer than there has been time means all.
        var now = time.GetUtcNow();
        return since.Seconds >= now.ToUnixTimeSeconds() ? null : now - since.ToTimeSpan();
    }

    private static int LimitOf(int limit) => limit switch
    {
        < 0 or > MostLines => throw new CommandFailure(ExitCode.Usage, FormattableString.Invariant($"'limit' is at most {MostLines}")),
        0 => UsualLines,
        _ => limit,
    };

    private static LogItem ToItem(LogLine line)
    {
        var item = new LogItem
        {
            AtUnixMs = line.At.ToUnixTimeMilliseconds(), Level = line.Level, Category = line.Category, Message = line.Message, Event = line.Event, Exception = line.Exception ?? "",
        };
        foreach (var (key, value) in line.Fields ?? new Dictionary<string, string>(StringComparer.Ordinal))
            item.Fields.Add(key, value);
        return item;
    }
}
