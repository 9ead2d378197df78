using Sync.Engine.Control;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Tells what the sighting of a file means: as known, changed, new, or just being made. On the loop.</summary>
internal sealed class FileRecogniser(ReplicaContext context, QuietPeriods quiet, MoveCandidates candidates, NameProblems problems, LocalTreeWriter local, FileReader reader, HardLinks links, FreshFiles fresh)
{
    public void See(Node directory, Sighting seen, Node? child, long origin)
    {
        var stamp = seen.Stat.Stamp;
        links.See(directory, seen.Name, seen.Stat.Links > 1);
        if (seen.Stat.Links > 1 && !seen.Linked && child is not null && !child.Stamp.SameButCtime(stamp)) links.Changed(child, stamp, origin);
        if (child is not null)
        {
            if (child.Stamp == stamp && seen.Reading is null)
            {
                problems.Clear(directory, seen.Name);
                // Behind a coarse clock a chmod, like a second write, can leave the stamp as it was.
                if (child.Local!.Mode != seen.Stat.Mode) local.Set(child, child.Local with { Mode = seen.Stat.Mode }, stamp);
                // The share has begun to sync owners.
                if (context.Policy.Ownership && child.Local.Owner != local.OwnerOf(seen.Stat)) local.Set(child, child.Local with { Owner = local.OwnerOf(seen.Stat) }, stamp);
                if (seen.BytesChanged && fresh.Contains(child)) reader.Hash(directory, seen.Name, stamp, seen.BytesChanged, origin);
                return;
            }

            if (seen.Reading is { } reading) reader.TakeSeen(directory, seen.Name, reading, origin);
            else reader.Hash(directory, seen.Name, stamp, seen.BytesChanged, origin);
            return;
        }

        if (seen.JustCreated && seen.Reading is null && seen.Stat.Links == 1 && !candidates.AnyGone)
        {
            // Most often its writer closes it in a moment; and if it has been written to meanwhile, what was seen is nothing to send.
            if (!quiet.Contains(directory, seen.Name)) quiet.Begin(directory, seen.Name, QuietPeriods.CreateGrace);
            return;
        }

        candidates.Appear(directory, seen, origin);
    }

    /// <summary>It is not there.</summary>
    public void Miss(Node directory, string name) => reader.Miss(directory, name);
}
