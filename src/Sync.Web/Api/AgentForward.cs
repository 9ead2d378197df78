using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Status, flush, conflicts, versions: passed on to the host.</summary>
internal sealed class AgentForward : Agent.AgentBase
{
    public override Task<AgentStatus> GetStatus(StatusRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.GetStatusAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task WatchStatus(StatusRequest request, IServerStreamWriter<AgentStatus> responseStream, ServerCallContext context) =>
        Forwarding.StreamAsync(Forwarding.Host(context).Agent.WatchStatus(request, Forwarding.Options(context)), responseStream, context);

    public override Task<FlushReply> Flush(FlushRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.FlushAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<ShareList> Pause(PauseRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.PauseAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<ShareList> Resume(ResumeRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.ResumeAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task ListConflicts(ConflictsRequest request, IServerStreamWriter<ConflictItem> responseStream, ServerCallContext context) =>
        Forwarding.StreamAsync(Forwarding.Host(context).Agent.ListConflicts(request, Forwarding.Options(context)), responseStream, context);

    public override Task<ConflictItemList> GetConflicts(ConflictsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.GetConflictsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<ResolveReply> ResolveConflicts(ResolveRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.ResolveConflictsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task ListVersions(VersionsRequest request, IServerStreamWriter<VersionItem> responseStream, ServerCallContext context) =>
        Forwarding.StreamAsync(Forwarding.Host(context).Agent.ListVersions(request, Forwarding.Options(context)), responseStream, context);

    public override Task<VersionItemList> GetVersions(VersionsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.GetVersionsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<RestoreReply> RestoreVersion(RestoreRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.RestoreVersionAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task Verify(VerifyRequest request, IServerStreamWriter<VerifyEvent> responseStream, ServerCallContext context) =>
        Forwarding.StreamAsync(Forwarding.Host(context).Agent.Verify(request, Forwarding.Options(context)), responseStream, context);

    public override Task<RevertReply> Revert(RevertRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Agent.RevertAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task ReadContent(ReadContentRequest request, IServerStreamWriter<ContentPiece> responseStream, ServerCallContext context) =>
        Forwarding.StreamAsync(Forwarding.Host(context).Agent.ReadContent(request, Forwarding.Options(context)), responseStream, context);
}
