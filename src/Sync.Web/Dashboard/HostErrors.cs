using Grpc.Core;

namespace Sync.Web.Dashboard;

/// <summary>What went wrong at the host, for people.</summary>
internal static class HostErrors
{
    /// <summary>The host's own words where it has some.</summary>
    public static string InWords(RpcException error)
    {
        var words = error.StatusCode switch
        {
            StatusCode.Unavailable when error.Trailers.GetValue("sync-code") is null => "the host does not answer; is sync-host running?",
            StatusCode.DeadlineExceeded => "the host did not answer in time; try again",
            StatusCode.Cancelled => "the host ended before it had answered",
            StatusCode.Unimplemented => "the running host does not know this yet; restart it with this version",
            _ when error.Status.Detail.Length > 0 => error.Status.Detail,
            _ => "the host failed; look at its log",
        };
        return char.ToUpperInvariant(words[0]) + words[1..] + (words.EndsWith('.') ? "" : ".");
    }
}
