using Sync.Protocol.Control;

namespace Sync.Host.Access;

/// <summary>The share that a request is about.</summary>
internal static class RequestShare
{
    /// <summary>Narrows a request to one share: fills it in where the request means all.</summary>
    /// <returns>False if it is about another share, or cannot be narrowed.</returns>
    public static bool Narrow(object request, string share)
    {
        switch (request)
        {
            case StatusRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case FlushRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case PauseRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case ResumeRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case ConflictsRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case ResolveRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case VersionsRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case RestoreRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case ReadContentRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case VerifyRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case RevertRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case CreateJobRequest r:
                return Same(r.Share, share);
            case ListJobsRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case WatchEventsRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case ListEventsRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case GetShareRequest r:
                return Same(r.Name, share);
            case SetShareRequest r:
                return Same(r.Name, share);
            case CreateInviteRequest r:
                return Same(r.Share, share);
            case CreateTagRequest r:
                return Same(r.Share, share);
            case ListTagsRequest r:
                r.Share = Fill(r.Share, share);
                return Same(r.Share, share);
            case RemoveTagRequest r:
                return Same(r.Share, share);
            default:
                return false;
        }
    }

    private static string Fill(string asked, string share) => asked.Length == 0 ? share : asked;

    private static bool Same(string asked, string share) => string.Equals(asked, share, StringComparison.Ordinal);
}
