using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Tells what the sighting of a symlink means; those that lead out of the share are listed. On the loop.</summary>
internal sealed class LinkRecogniser(ReplicaContext context, JobCounter jobs, MoveCandidates candidates, NameProblems problems, LocalTreeWriter local)
{
    public void See(Node directory, Sighting seen, Node? child)
    {
        if (seen.LinkTarget is not { } target) return;
        var (name, stamp) = (seen.Name, seen.Stat.Stamp);
        if (LeadsOut(SharePath.Join(context.Trees.LocalPath(directory), name), target))
            problems.Report(directory, name, ProblemCodes.LinkOut, $"A link out of the share, to '{target}': kept as a link, never followed.");
        else problems.Clear(directory, name);

        if (child is null)
            candidates.Appear(directory, new Sighting(directory, name) { Clock = context.PlacementClock, Stat = seen.Stat, LinkTarget = target }, jobs.Now);
        else if (child.Local!.LinkTarget == target && child.FileKey == stamp.FileKey && (child.Local.MtimeNs == stamp.MtimeNs || !context.Files.Traits.HasLinkTimes) && child.Local.Owner == local.OwnerOf(seen.Stat)) child.CtimeNs = stamp.CtimeNs;
        else local.Set(child, local.LinkEntry(child.Id, directory, name, seen.Stat, target), stamp with { Size = 0 });
    }

    private static bool LeadsOut(string path, string target)
    {
        if (target.StartsWith('/')) return true;
        var depth = path.Count(c => c == '/');
        foreach (var step in target.Split('/'))
        {
            if (step == "..") depth--;
            else if (step.Length > 0 && step != ".") depth++;
            if (depth < 0) return true;
        }

        return false;
    }
}
