using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Jobs, passed on to the host.</summary>
internal sealed class JobsForward : Jobs.JobsBase
{
    public override async Task<Job> CreateJob(CreateJobRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        if (request.IdempotencyKey.Length == 0 && http.Request.Headers.TryGetValue("Idempotency-Key", out var key))
            request.IdempotencyKey = key.ToString();
        var job = await Forwarding.Host(context).Jobs.CreateJobAsync(request, Forwarding.Options(context));
        if (!ApiProblems.IsGrpc(http))
        {
            // Set late: the transcoder says 200 when it writes the answer.
            http.Response.OnStarting(() =>
            {
                http.Response.StatusCode = StatusCodes.Status202Accepted;
                http.Response.Headers.Location = "/api/v1/jobs/" + job.Id;
                return Task.CompletedTask;
            });
        }

        return job;
    }

    public override Task<Job> GetJob(GetJobRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Jobs.GetJobAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<JobList> ListJobs(ListJobsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Jobs.ListJobsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<Job> CancelJob(CancelJobRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Jobs.CancelJobAsync(request, Forwarding.Options(context)).ResponseAsync;
}
