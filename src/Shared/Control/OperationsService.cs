using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Settings;

namespace Sync.Shared.Control;

/// <summary>How the agent is run, over the control socket.</summary>
internal sealed class OperationsService(LiveSettings settings, IStateBackup? backup = null, IMetricsText? metrics = null, IAgentInsight? insight = null) : Operations.OperationsBase
{
    public override Task<SettingList> GetSettings(SettingsRequest request, ServerCallContext context) =>
        Task.FromResult(SettingsMapping.ToList(settings.Current, settings.Source.Definitions));

    public override Task<AuditList> GetAudit(AuditRequest request, ServerCallContext context) => Task.FromResult(Insight.Audit(request));

    public override Task<LogList> GetLogs(LogsRequest request, ServerCallContext context) => Task.FromResult(Insight.Logs(request));

    public override Task<Diagnosis> Diagnose(DiagnoseRequest request, ServerCallContext context) => Insight.DiagnoseAsync(context.CancellationToken);

    public override Task<MetricsText> GetMetrics(MetricsRequest request, ServerCallContext context) => metrics is null
        ? throw new RpcException(new Status(StatusCode.Unimplemented, "only a host has metrics"))
        : Task.FromResult(new MetricsText { Text = metrics.Collect() });

    public override async Task<BackupReply> Backup(BackupRequest request, ServerCallContext context)
    {
        if (backup is null)
            throw new RpcException(new Status(StatusCode.Unimplemented, "only a host has a state to back up"));
        var (files, bytes) = await backup.WriteAsync(request.Path, context.CancellationToken);
        return new BackupReply { Files = files, Bytes = bytes };
    }

    private IAgentInsight Insight => insight ?? throw new RpcException(new Status(StatusCode.Unimplemented, "only a host tells that; use the command line here"));
}
