using Sync.Protocol.Control;

namespace Sync.Shared.Control;

/// <summary>What the control API tells of the agent itself, beside its replicas.</summary>
internal interface IAgentInsight
{
    /// <summary>The audit log's newest entries, oldest first.</summary>
    /// <exception cref="Sync.Shared.Output.CommandFailure">An argument is not valid.</exception>
    AuditList Audit(AuditRequest request);

    /// <summary>The newest that was logged, oldest first.</summary>
    /// <inheritdoc cref="Audit"/>
    LogList Logs(LogsRequest request);

    /// <summary>What keeps sync from working, or slows it.</summary>
    Task<Diagnosis> DiagnoseAsync(CancellationToken cancel);
}
