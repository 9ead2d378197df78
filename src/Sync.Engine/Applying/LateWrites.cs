using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Placing;
using Sync.Engine.Scanning;
using Sync.Engine.Versions;

namespace Sync.Engine.Applying;

/// <summary>Displaced files that a program still has open for writing: watched until it has closed them. On the loop; looks are on the apply worker.</summary>
internal sealed class LateWrites(ReplicaContext context, Observer observer, VersionStore versions)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private readonly List<Lingering> _files = [];
    private bool _isTimed;

    /// <summary>For the names of what was written late.</summary>
    public string ReplicaName { get; set; } = "host";

    public void Linger(Lingering file)
    {
        _files.Add(file);
        if (_isTimed) return;
        _isTimed = true;
        context.After(Pace, Check);
    }

    /// <summary>Those whose writers have gone: as they were, they are versions; with something written late, they are an edit.</summary>
    private void Check()
    {
        var work = _files.ToArray();
        context.Apply.Run(() =>
        {
            var edited = new List<string>();
            var closed = work.Where(l => context.Files.HasNoWriter(l.Path) != false && Settle(l, edited)).ToArray();
            context.Loop.Post(() =>
            {
                _files.RemoveAll(closed.Contains);
                foreach (var path in edited) observer.LookAt(path);
                _isTimed = _files.Count > 0;
                if (_isTimed) context.After(Pace, Check);
            });
        });
    }

    /// <summary>False where the disk fails or is full: it is tried again.</summary>
    private bool Settle(Lingering file, List<string> edited)
    {
        var found = context.Files.Stat(file.Path, out var now);
        if (found != FsError.None) return found == FsError.NotFound;
        if (now.Stamp.SameButCtime(file.Stat.Stamp)) return versions.Keep(file.Path, file.OriginalPath, now, file.Reason, out _, file.Content) == FsError.None;
        if (Bring(file.Path, file.OriginalPath) is not { } path) return versions.Keep(file.Path, file.OriginalPath, now, "conflict", out _) == FsError.None;
        edited.Add(path);
        return true;
    }

    /// <summary>Brings what nobody has seen back beside what replaced it. Returns where it stands; null if it cannot be brought there.</summary>
    public string? Bring(string from, string original)
    {
        var slash = original.LastIndexOf('/');
        var directory = slash < 0 ? "" : original[..slash];
        var name = original[(slash + 1)..];
        var copy = ConflictName.For(name, ReplicaName, context.Time.GetUtcNow(), n => context.Files.Stat(SharePath.Join(directory, n), out _) == FsError.None);
        return context.Files.Rename(from, SharePath.Join(directory, copy), RenameMode.NoReplace) == FsError.None ? SharePath.Join(directory, copy) : null;
    }
}
