using Sync.Engine.Control;
using Sync.Engine.Link;

namespace Sync.Engine.Replicas;

/// <summary>Stores of the agent's that cannot be written: logged once, listed among the share's problems until they can. On the loop.</summary>
/// <param name="context">The replica's.</param>
/// <param name="directory">Where the stores are.</param>
internal sealed class StoreTrouble(ReplicaContext context, string directory)
{
    private const string Path = ".";

    private readonly HashSet<string> _failing = [];

    /// <summary>A store was written to, or could not be.</summary>
    /// <param name="store">Which.</param>
    /// <param name="failure">Why not; null if it was.</param>
    public void Report(string store, Exception? failure)
    {
        if (failure is null)
        {
            if (!_failing.Remove(store) || _failing.Count > 0) return;
            context.Problems.Clear(Path, ProblemCodes.Store);
            context.Log.LogNotice(context.Share, $"the data directory '{directory}' can be written again");
            return;
        }

        var message = $"The agent's data directory '{directory}' cannot be written, so nothing is acknowledged as durable. Free some space there, or mend it; it is tried again. ({failure.GetBaseException().Message})";
        context.Problems.Set(Path, ProblemCodes.Store, message);
        if (_failing.Add(store)) context.Log.LogNotice(context.Share, message);
    }
}
