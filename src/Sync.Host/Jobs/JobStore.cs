using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sync.Shared.Data;

namespace Sync.Host.Jobs;

/// <summary>Keeps jobs over restarts: a small file each, in a directory of their own.</summary>
internal sealed class JobStore(string directory, ILogger log)
{
    private const long LargestFile = 1 << 20;

    /// <summary>All that are kept. A file that cannot be understood is told, and left.</summary>
    public IReadOnlyList<JobRecord> Load()
    {
        var jobs = new List<JobRecord>();
        if (!Directory.Exists(directory))
            return jobs;
        foreach (var path in Directory.EnumerateFiles(directory, "*.json"))
        {
            try
            {
                if (new FileInfo(path).Length <= LargestFile && JsonSerializer.Deserialize(File.ReadAllBytes(path), JobJson.Default.JobRecord) is { } job)
                    jobs.Add(job);
            }
            catch (JsonException e)
            {
                JobLog.NotUnderstood(log, e, path);
            }
        }

        return jobs;
    }

    /// <summary>Returns when it is on disk.</summary>
    public void Save(JobRecord job)
    {
        Directory.CreateDirectory(directory);
        AtomicFile.Write(PathOf(job.Id), JsonSerializer.SerializeToUtf8Bytes(job, JobJson.Default.JobRecord));
    }

    public void Remove(string id) => File.Delete(PathOf(id));

    private string PathOf(string id) => Path.Combine(directory, id + ".json");
}
