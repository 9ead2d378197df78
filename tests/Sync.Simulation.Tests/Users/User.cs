using System.Globalization;
using System.Text;
using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Users;

/// <summary>
/// Who edits at one site, as programs do: in several steps, between which the engine works. The ledger is told what was finished, and what somebody
/// who saw it has replaced or deleted.
/// </summary>
internal sealed class User(Site site, Scheduler scheduler, Trace trace, Ledger ledger, bool isGit, bool hasNames = false, bool hasLines = false)
{
    private readonly string[] _fileNames = isGit ? ["HEAD", "index", "a", "p.pack", "0123456789012345678901234567890123456789"] : hasNames ? ["a", "A", "nul", "b.", "e\u0301", "\u00e9", "c:d"] : ["a", "b", "c", "d", "e"];
    private readonly string[] _directoryNames = isGit ? [".git", "objects", "refs"] : hasNames ? ["x", "X", "com1", "y"] : ["x", "y", "z"];

    /// <summary>Where links lead.</summary>
    public static readonly string[] LinkTargets = ["a", "../b", "nowhere", "x/a"];

    private int _life;
    private int _temporaries;

    private SimDisk Disk => site.Disk;

    /// <summary>Operations that were begun.</summary>
    public int Begun { get; private set; }

    /// <summary>The machine has lost power: what was open is gone, and nobody goes on with it.</summary>
    public void Restart()
    {
        _life++;
        Disk.ForgetWriters();
    }

    public void Do(Act act)
    {
        var dice = new Dice(act.Seed);
        switch (act.Kind)
        {
            case ActKind.Create: Create(dice, act); break;
            case ActKind.Overwrite: Overwrite(dice, act, appends: false); break;
            case ActKind.Append: Overwrite(dice, act, appends: true); break;
            case ActKind.Replace: Replace(dice, act); break;
            case ActKind.Delete: Delete(dice); break;
            case ActKind.MoveFile: MoveFile(dice, over: false); break;
            case ActKind.MoveOver: MoveFile(dice, over: true); break;
            case ActKind.MakeDirectory: MakeDirectory(dice); break;
            case ActKind.MoveDirectory: MoveDirectory(dice); break;
            case ActKind.DeleteTree: DeleteTree(dice); break;
            case ActKind.ChangeMode: ChangeMode(dice); break;
            case ActKind.MakeLink: MakeLink(dice); break;
            case ActKind.Touch: Touch(dice); break;
            case ActKind.Copy: Copy(dice, act); break;
            case ActKind.Swap: Swap(dice); break;
            case ActKind.EditIgnores: EditIgnores(dice, act); break;
        }
    }

    private void Create(Dice dice, Act act)
    {
        var path = NewPath(dice, _fileNames);
        if (Disk.Make(path, EntryKind.File, 0x1A4, out var inode) != FsError.None) return;
        Note("create", path);
        Write(dice, inode, path, 0, NewBytes(dice, act));
    }

    /// <summary>In place: cut to nothing, written in pieces, closed. Or written on at its end.</summary>
    private void Overwrite(Dice dice, Act act, bool appends)
    {
        if (PickFile(dice) is not { } file) return;
        Note(appends ? "append" : "overwrite", file.Path);
        Replaced(file.Inode, "written over");
        if (!appends) Disk.SetLength(file.Inode, 0);
        Write(dice, file.Inode, file.Path, file.Inode.Data.Length, NewBytes(dice, act));
    }

    private void Write(Dice dice, Inode inode, string path, int before, byte[] bytes)
    {
        inode.Writers++;
        var pieces = dice.Of(1, 1, 2, 4);
        var pause = dice.OneIn(12) ? dice.Between(50, 800) * 1_000_000L : dice.Between(1, 400) * 1_000L;
        var steps = new List<Action>();
        var failed = false;
        for (var i = 0; i < pieces; i++)
        {
            var (from, to) = (bytes.Length * i / pieces, bytes.Length * (i + 1) / pieces);
            steps.Add(() =>
            {
                // Another program may have finished with it meanwhile.
                Replaced(inode, "written over");
                failed |= to > from && Disk.Write(inode, before + from, bytes.AsSpan(from, to - from)) != FsError.None;
            });
        }

        steps.Add(() =>
        {
            inode.Writers--;
            Disk.TellClosed(inode);
            if (!failed) Finished(inode, path);
        });
        Run(steps, pause);
    }

    /// <summary>As editors save: written beside it, then renamed over it.</summary>
    private void Replace(Dice dice, Act act) =>
        Replace(dice, dice.OneIn(4) ? NewPath(dice, _fileNames) : PickFile(dice)?.Path ?? NewPath(dice, _fileNames), () => NewBytes(dice, act));

    private void Replace(Dice dice, string path, Func<byte[]> newBytes)
    {
        var slash = path.LastIndexOf('/');
        var temporary = $"{path[..(slash + 1)]}.{path[(slash + 1)..]}.{(++_temporaries).ToString(CultureInfo.InvariantCulture)}.tmp";
        var bytes = newBytes();
        var pause = dice.Between(1, 300) * 1_000L;
        Inode? inode = null;
        var seenKey = Disk.Find(path, out var first) == FsError.None && first.Kind == EntryKind.File ? first.Key : Ledger.Nothing;
        var seen = ledger.Find(seenKey);
        var syncs = dice.OneIn(2);
        Note("save", path);
        Run(
            [
                () =>
                {
                    if (Disk.Make(temporary, EntryKind.File, 0x1A4, out var made) == FsError.None) inode = made;
                },
                () =>
                {
                    if (inode is null) return;
                    if (Disk.Write(inode, 0, bytes) != FsError.None)
                    {
                        Disk.RemoveFile(temporary);
                        inode = null;
                        return;
                    }

                    if (syncs) Disk.Sync(inode);
                    Disk.TellClosed(inode);
                },
                () =>
                {
                    if (inode is null) return;
                    var standing = Disk.Find(path, out var there) == FsError.None ? there : null;
                    var now = standing is { Kind: EntryKind.File } ? ledger.Find(standing) : null;
                    if (Disk.Rename(temporary, path, RenameMode.Replace) != FsError.None)
                    {
                        Disk.RemoveFile(temporary);
                        return;
                    }

                    // What came there from elsewhere since the save began was not seen; what two programs here do to each other is theirs.
                    ledger.End(seenKey, $"saved over on {site.Name}");
                    if (now is not null && now != seen) now.IsDisplaced = true;
                    if (now?.Site == site.Name) now.End($"saved over on {site.Name}");
                    if (standing is not null) standing.IsGivenUp = true;
                    Finished(inode, path);
                },
            ],
            pause);
    }

    private void Delete(Dice dice)
    {
        if (PickFile(dice) is not { } file) return;
        Note("delete", file.Path);
        Remove(file.Path, file.Inode, "deleted");
    }

    private void MoveFile(Dice dice, bool over)
    {
        if (PickFile(dice) is not { } file) return;
        var to = NewPath(dice, _fileNames);
        var isThere = Disk.Find(to, out var standing) == FsError.None;
        if ((isThere && !over) || (isThere && standing == file.Inode)) return;
        // An ignore file that goes into a directory that it leaves out itself stays where it was, elsewhere: known, and left.
        if (file.Path.EndsWith(IgnoreRules.SyncIgnoreName, StringComparison.Ordinal) && Checks.Ignored.On(site)(to, false)) return;
        Note("move " + file.Path, to);
        var isFile = isThere && standing.Kind == EntryKind.File;
        if (Disk.Rename(file.Path, to, RenameMode.Replace) != FsError.None || !isFile) return;
        ledger.End(standing, $"moved over on {site.Name}");
        standing.IsGivenUp = true;
    }

    /// <summary>Two files, or two directories, change names, by way of a third.</summary>
    private void Swap(Dice dice)
    {
        var kind = dice.OneIn(2) ? EntryKind.File : EntryKind.Directory;
        if (Pick(dice, kind) is not { } a || Pick(dice, kind) is not { } b || a.Path == b.Path || Holds(a.Path, b.Path) || Holds(b.Path, a.Path)) return;
        // Known, and left: an ignore file that changes names with another file is looked at without an end.
        if (a.Path.EndsWith(IgnoreRules.SyncIgnoreName, StringComparison.Ordinal) || b.Path.EndsWith(IgnoreRules.SyncIgnoreName, StringComparison.Ordinal)) return;
        var aside = a.Path + ".swap.tmp";
        if (Disk.Find(aside, out _) == FsError.None || Disk.Rename(a.Path, aside, RenameMode.NoReplace) != FsError.None) return;
        Note("swap " + a.Path, b.Path);
        _ = Disk.Rename(b.Path, a.Path, RenameMode.NoReplace);
        _ = Disk.Rename(aside, b.Path, RenameMode.NoReplace);

        static bool Holds(string directory, string path) => path.StartsWith(directory + "/", StringComparison.Ordinal);
    }

    /// <summary>An ignore file, at the root or in a directory: saved, or written in place, or deleted.</summary>
    private void EditIgnores(Dice dice, Act act)
    {
        var path = dice.OneIn(3) && Pick(dice, EntryKind.Directory) is { } directory ? directory.Path + "/" + IgnoreRules.SyncIgnoreName : IgnoreRules.SyncIgnoreName;
        var isThere = Disk.Find(path, out var standing) == FsError.None;
        if (isThere && standing.Kind != EntryKind.File) return;
        var text = new StringBuilder($"#{act.Number.ToString(CultureInfo.InvariantCulture)}:\n");
        for (var lines = dice.Below(4); lines > 0; lines--) text.Append(Pattern(dice)).Append('\n');
        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        switch (dice.Below(6))
        {
            case 0 when isThere:
                Note("delete", path);
                Remove(path, standing, "deleted");
                break;
            case 1 when isThere:
                Note("overwrite", path);
                Replaced(standing, "written over");
                Disk.SetLength(standing, 0);
                Write(dice, standing, path, 0, bytes);
                break;
            default:
                Replace(dice, path, () => bytes);
                break;
        }
    }

    private string Pattern(Dice dice)
    {
        var name = dice.OneIn(2) ? dice.Of(_fileNames) : dice.Of(_directoryNames);
        return dice.Below(9) switch
        {
            0 => "/" + name,
            1 => name + "/",
            2 => "!" + name,
            3 => dice.Of(_directoryNames) + "/" + name,
            4 => "*.tmp",
            5 => "**/" + name,
            6 => dice.OneIn(6) ? "*" : "[ab]",
            _ => name,
        };
    }

    private void MakeDirectory(Dice dice)
    {
        var path = NewPath(dice, _directoryNames);
        if (path.Count(c => c == '/') < 3 && Disk.Make(path, EntryKind.Directory, 0x1ED, out _) == FsError.None) Note("mkdir", path);
    }

    private void MoveDirectory(Dice dice)
    {
        if (Pick(dice, EntryKind.Directory) is not { } directory) return;
        var to = NewPath(dice, _directoryNames);
        if (Disk.Find(to, out _) == FsError.None) return;
        if (Disk.Rename(directory.Path, to, RenameMode.Replace) == FsError.None) Note("move " + directory.Path, to);
    }

    /// <summary>`rm -r`: name by name, what is seen when each is removed.</summary>
    private void DeleteTree(Dice dice)
    {
        if (Pick(dice, EntryKind.Directory) is not { } directory) return;
        Note("delete all", directory.Path);
        var steps = new List<Action>();
        var directories = new List<string> { directory.Path };
        SimDisk.Each(directory.Inode, directory.Path, (path, inode) =>
        {
            if (inode.Kind == EntryKind.Directory)
            {
                directories.Add(path);
                return;
            }

            steps.Add(() =>
            {
                if (Disk.Find(path, out var now) != FsError.None || now.Kind == EntryKind.Directory) return;
                Remove(path, now, "deleted with all");
            });
        });
        for (var i = directories.Count - 1; i >= 0; i--)
        {
            var path = directories[i];
            steps.Add(() => Disk.RemoveDirectory(path));
        }

        Run(steps, dice.Between(1, 100) * 1_000L);
    }

    private void ChangeMode(Dice dice)
    {
        if ((dice.OneIn(3) ? Pick(dice, EntryKind.Directory) : PickFile(dice)) is not { } picked) return;
        Note("chmod", picked.Path);
        Disk.SetMode(picked.Inode, picked.Inode.Kind == EntryKind.Directory ? dice.Of(0x1EDu, 0x1C0u, 0x1E8u) : dice.Of(0x1A4u, 0x1EDu, 0x180u, 0x124u));
    }

    private void MakeLink(Dice dice)
    {
        var path = NewPath(dice, _fileNames);
        if (dice.OneIn(3) && Disk.Find(path, out var standing) == FsError.None && standing.Kind != EntryKind.Directory)
        {
            Remove(path, standing, "replaced by a link");
        }

        if (Disk.Make(path, EntryKind.Symlink, 0x1FF, out _, dice.Of(LinkTargets)) == FsError.None) Note("link", path);
    }

    private void Touch(Dice dice)
    {
        if (PickFile(dice) is not { } file) return;
        Note("touch", file.Path);
        Disk.SetMtime(file.Inode, SimTime.EpochNs + scheduler.NowNs - dice.Between(0, 3) * 1_000_000_000L);
    }

    /// <summary>`cp -p`, to a new name.</summary>
    private void Copy(Dice dice, Act act)
    {
        if (PickFile(dice) is not { } file) return;
        var to = NewPath(dice, _fileNames);
        var (bytes, mtime) = (file.Inode.Data, file.Inode.MtimeNs);
        if (bytes.Length == 0 || Disk.Make(to, EntryKind.File, 0x1A4, out var inode) != FsError.None) return;
        Note("copy " + file.Path, to);
        if (Disk.Write(inode, 0, bytes.Span) != FsError.None) return;
        Disk.SetMtime(inode, mtime);
        Disk.TellClosed(inode);
    }

    private void Run(List<Action> steps, long pauseNs)
    {
        var life = _life;
        Next(0);

        void Next(int index)
        {
            if (life != _life) return;
            steps[index]();
            if (index + 1 < steps.Count) scheduler.StepAt(scheduler.NowNs + pauseNs, () => Next(index + 1));
        }
    }

    private void Finished(Inode inode, string path)
    {
        if (inode.Data.Length == 0 || inode.IsGivenUp) return;
        var version = ledger.Find(inode) ?? ledger.Finish(site.Name, path, inode);
        if (IsAside(inode)) version.IsDisplaced = true;
        if (trace.IsRead) trace.Say(scheduler.NowNs, site.Name, $"finished {version}");
    }

    /// <summary>The engine has taken it from its name meanwhile.</summary>
    private bool IsAside(Inode inode)
    {
        for (var at = inode; at is not null; at = at.Parent)
            if (at.Parent == Disk.Root) return at.Name == PrivateDirectory.Name;
        return true;
    }

    private void Remove(string path, Inode inode, string how)
    {
        Replaced(inode, how);
        inode.IsGivenUp = true;
        Disk.RemoveFile(path);
    }

    private void Replaced(Inode inode, string how)
    {
        if (inode.Kind == EntryKind.File) ledger.End(inode, $"{how} on {site.Name}");
    }

    private void Note(string what, string path)
    {
        Begun++;
        trace.Add(scheduler.NowNs, site.Name, "user: " + what, path);
    }

    private byte[] NewBytes(Dice dice, Act act)
    {
        var size = dice.Below(40) switch
        {
            0 => dice.Between(66_000, 200_000),
            < 4 => dice.Between(5_000, 60_000),
            _ => dice.Between(12, 400),
        };
        var head = Encoding.ASCII.GetBytes($"#{act.Number.ToString(CultureInfo.InvariantCulture)}:");
        var bytes = new byte[Math.Max(size, head.Length)];
        if (bytes.Length > 1000) new Dice(act.Seed).NextBytes(bytes);
        else bytes.AsSpan().Fill((byte)'.');
        head.CopyTo(bytes, 0);
        return hasLines ? WithLines(bytes, head.Length, new Dice(act.Seed ^ 0x11E5)) : bytes;
    }

    /// <summary>Lines that end in LF or CRLF, or both, in most of the files; the others are no texts.</summary>
    private byte[] WithLines(byte[] bytes, int from, Dice dice)
    {
        var style = dice.Below(12);
        if (style == 0) return bytes;
        var isCrlf = site.Number == 0 ? style < 3 : style < 8;
        for (var i = from; i < bytes.Length; i++) bytes[i] = (byte)('a' + (bytes[i] & 15));
        for (var i = from; i < bytes.Length; i += dice.Between(1, 80))
        {
            var two = style == 11 ? dice.OneIn(2) : isCrlf;
            if (two && i + 1 == bytes.Length) break;
            if (two) bytes[i++] = (byte)'\r';
            bytes[i] = (byte)'\n';
        }

        return bytes;
    }

    private string NewPath(Dice dice, string[] names)
    {
        var name = dice.Of(names);
        return !dice.OneIn(3) && Pick(dice, EntryKind.Directory) is { } directory ? directory.Path + "/" + name : name;
    }

    private (string Path, Inode Inode)? PickFile(Dice dice) => Pick(dice, EntryKind.File);

    private (string Path, Inode Inode)? Pick(Dice dice, EntryKind kind)
    {
        var found = new List<(string Path, Inode Inode)>();
        Disk.EachVisible((path, inode) =>
        {
            if (inode.Kind == kind && !path.EndsWith(".tmp", StringComparison.Ordinal)) found.Add((path, inode));
        });
        // The order in a directory is an accident of what came first there.
        found.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found.Count == 0 ? null : found[dice.Below(found.Count)];
    }
}
