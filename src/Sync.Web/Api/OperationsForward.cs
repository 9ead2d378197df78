using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>The host's settings, its logs and its health, passed on. What writes files beside the shares (a backup) stays with the local user.</summary>
internal sealed class OperationsForward : Operations.OperationsBase
{
    public override Task<SettingList> GetSettings(SettingsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Operations.GetSettingsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<AuditList> GetAudit(AuditRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Operations.GetAuditAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<LogList> GetLogs(LogsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Operations.GetLogsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<Diagnosis> Diagnose(DiagnoseRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Operations.DiagnoseAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<MetricsText> GetMetrics(MetricsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Operations.GetMetricsAsync(request, Forwarding.Options(context)).ResponseAsync;
}
