using Grpc.Core;
using Sync.Host.Access;
using Sync.Protocol.Control;

namespace Sync.Host.Jobs;

/// <summary>Jobs over the control API.</summary>
internal sealed class JobsService(JobDesk desk) : Protocol.Control.Jobs.JobsBase
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    public override Task<Job> CreateJob(CreateJobRequest request, ServerCallContext context) => Task.FromResult(desk.Create(request, ApiCaller.Of(context)));

    public override Task<Job> GetJob(GetJobRequest request, ServerCallContext context)
    {
        var wait = request.Wait?.ToTimeSpan() ?? TimeSpan.Zero;
        return desk.GetAsync(request.Id, wait > LongestWait ? LongestWait : wait, ApiCaller.Of(context), context.CancellationToken);
    }

    public override Task<JobList> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var list = new JobList();
        list.Jobs.AddRange(desk.List(request.Share, request.Limit));
        return Task.FromResult(list);
    }

    public override Task<Job> CancelJob(CancelJobRequest request, ServerCallContext context) =>
        desk.CancelAsync(request.Id, ApiCaller.Of(context), context.CancellationToken);
}
