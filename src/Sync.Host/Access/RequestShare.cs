using Sync.Protocol.Control;

namespace Sync.Host.Access;

/// <summary>The share that a request is about.</summary>
internal static class RequestShare
{
    /// <summary>Narrows a request to one share: fills it in where the request means all.</summary>
    /// <returns>False if it is about another share, or cannot be narrowed.</returns>
    public static bool Narrow(object request, string share)
    {
        if (Of(request) is not var (asked, fill))
            return false;
        if (asked.Length == 0 && fill is not null)
        {
            fill(share);
            return true;
        }

        return string.Equals(asked, share, StringComparison.Ordinal);
    }

    /// <summary>What a request names, and, where an empty name means all shares, how it is narrowed; null for a request that is about no share.</summary>
    private static (string Asked, Action<string>? Fill)? Of(object request)
    {
        (string Asked, Action<string>? Fill)? found = request switch
        {
            StatusRequest r => (r.Share, value => r.Share = value),
            FlushRequest r => (r.Share, value => r.Share = value),
            PauseRequest r => (r.Share, value => r.Share = value),
            ResumeRequest r => (r.Share, value => r.Share = value),
            ConflictsRequest r => (r.Share, value => r.Share = value),
            ResolveRequest r => (r.Share, value => r.Share = value),
            VersionsRequest r => (r.Share, value => r.Share = value),
            RestoreRequest r => (r.Share, value => r.Share = value),
            ReadContentRequest r => (r.Share, value => r.Share = value),
            VerifyRequest r => (r.Share, value => r.Share = value),
            RevertRequest r => (r.Share, value => r.Share = value),
            ListJobsRequest r => (r.Share, value => r.Share = value),
            WatchEventsRequest r => (r.Share, value => r.Share = value),
            ListEventsRequest r => (r.Share, value => r.Share = value),
            ListTagsRequest r => (r.Share, value => r.Share = value),
            CreateJobRequest r => (r.Share, null),
            GetShareRequest r => (r.Name, null),
            SetShareRequest r => (r.Name, null),
            CreateInviteRequest r => (r.Share, null),
            CreateTagRequest r => (r.Share, null),
            RemoveTagRequest r => (r.Share, null),
            _ => null,
        };
        return found;
    }
}
