using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Checks;

/// <summary>What the ignore files on a site's disk leave out there.</summary>
internal static class Ignored
{
    /// <summary>The paths that are left out, each with all below it; what is not on the disk is judged by its name.</summary>
    public static Func<string, bool, bool> On(Site site)
    {
        var rules = new Dictionary<string, IgnoreRules>(StringComparer.Ordinal) { [""] = IgnoreRules.Root(site.Policy, FileIn(site, ""), null) };
        return IsIgnored;

        bool IsIgnored(string path, bool isDirectory)
        {
            var slash = path.LastIndexOf('/');
            var (parent, name) = (slash < 0 ? "" : path[..slash], path[(slash + 1)..]);
            return (parent.Length > 0 && IsIgnored(parent, true)) || RulesIn(parent).IsIgnored(name, isDirectory);
        }

        IgnoreRules RulesIn(string directory)
        {
            if (rules.TryGetValue(directory, out var known)) return known;
            var slash = directory.LastIndexOf('/');
            var above = RulesIn(slash < 0 ? "" : directory[..slash]);
            return rules[directory] = above.Enter(directory[(slash + 1)..], FileIn(site, directory), null);
        }
    }

    private static IgnoreFile? FileIn(Site site, string directory)
    {
        var path = directory.Length == 0 ? IgnoreRules.SyncIgnoreName : directory + "/" + IgnoreRules.SyncIgnoreName;
        return site.Disk.Find(path, out var inode) == Engine.Files.FsError.None && inode.Kind == EntryKind.File ? IgnoreFile.Parse(inode.Data.Span) : null;
    }
}
