using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Filling;

/// <summary>
/// The tree that is built beside a replica's directory, in its private one, until parts of it are moved in. What an agent that was killed has left of it the next one
/// goes on with. Not safe from several threads.
/// </summary>
internal sealed class FillStage : IDisposable
{
    private const string Name = "first";
    private const string NextName = "next";
    private const string PlanName = "plan";

    private readonly DirectoryHandle _directory;
    private readonly TreeRoot _next;

    private FillStage(DirectoryHandle directory, TreeRoot next, Salvage salvage)
    {
        _directory = directory;
        _next = next;
        Salvage = salvage;
    }

    /// <summary>Where an entry of the tree stands until it is moved in.</summary>
    public static string PathOf(string entry) => $"{PrivateDirectory.Name}/{Name}/{NextName}/{entry}";

    /// <summary>Where the tree is built.</summary>
    public TreeRoot Tree => _next;

    /// <summary>What stands in it already.</summary>
    public Salvage Salvage { get; }

    /// <summary>An earlier life has left something.</summary>
    public required bool IsResumed { get; init; }

    /// <summary>Begins a tree, or goes on with one.</summary>
    /// <exception cref="WorkspaceException">The disk.</exception>
    public static FillStage Open(LinuxFileSystem files, WorkspaceRecord plan, CancellationToken cancel)
    {
        Check(files.OpenHandle(PrivateDirectory.Name, out var own));
        using (own)
        {
            Make(own!, Name);
            Check(own!.OpenDirectory(Name, out var directory));
            try
            {
                return Open(directory!, plan, cancel);
            }
            catch
            {
                directory!.Dispose();
                throw;
            }
        }
    }

    /// <summary>Nothing is to be filled: what an earlier life has left goes. True: nothing is left.</summary>
    public static bool Remove(LinuxFileSystem files)
    {
        if (files.OpenHandle(PrivateDirectory.Name, out var own) != FsError.None) return false;
        using (own) return own!.RemoveAll(Name) is FsError.None or FsError.NotFound;
    }

    /// <summary>Removes what is of no entry's content: it must not be moved in with its directory.</summary>
    public void Drop(PulledTree tree, int entry)
    {
        if (_next.Open(tree.PathOf(tree.Entries[entry].Parent), out var directory) != FsError.None) return;
        using (directory)
        {
            var error = directory!.RemoveFile(tree.Entries[entry].Name);
            if (error != FsError.NotFound) Check(error);
        }
    }

    /// <summary>Removes what an earlier life has left of an entry that is not to be made now, with all below it: it must not be moved in with its directory.</summary>
    public void DropAll(PulledTree tree, int entry)
    {
        var error = _next.Open(tree.PathOf(tree.Entries[entry].Parent), out var directory);
        if (error == FsError.NotFound) return;
        Check(error);
        using (directory)
        {
            error = directory!.RemoveAll(tree.Entries[entry].Name);
            if (error != FsError.NotFound) Check(error);
        }
    }

    /// <summary>Gives a directory what its entry says; its owner may still fill it.</summary>
    public FsError Finish(PulledTree tree, int entry, ulong? usual, out FileStat stat)
    {
        stat = default;
        var wanted = tree.Entries[entry];
        var error = _next.Open(tree.PathOf(entry), out var directory);
        if (error != FsError.None) return error;
        using (directory)
        {
            if ((wanted.Owner ?? usual) is { } owner) error = directory!.SetOwner(owner);
            if (error == FsError.None) error = directory!.SetMtime(wanted.MtimeNs);
            if (error == FsError.None) error = directory!.SetMode(wanted.Mode | PrivateDirectory.Mode);
            return error == FsError.None ? directory!.Stat(out stat) : error;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _next.Dispose();
        _directory.Dispose();
    }

    private static FillStage Open(DirectoryHandle directory, WorkspaceRecord plan, CancellationToken cancel)
    {
        var boot = BootId.Read();
        var before = RecordFile.Read(directory, PlanName);
        // Without a plan nobody knows what is in there.
        if (before is null && directory.RemoveAll(NextName) is var removed and not FsError.NotFound) Check(removed);
        Make(directory, NextName);
        Check(directory.OpenDirectory(NextName, out var next));
        var tree = TreeRoot.Over(next!);
        try
        {
            var salvage = before is null ? new Salvage() : Salvage.From(tree, before.Known.Tree, plan.Known.Tree, boot is null || before.Boot != boot, cancel);
            Check(RecordFile.Write(directory, PlanName, plan with { Boot = boot }));
            return new FillStage(directory, tree, salvage) { IsResumed = before is not null };
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static void Make(DirectoryHandle directory, string name)
    {
        var error = directory.MakeDirectory(name, PrivateDirectory.Mode);
        if (error != FsError.Exists) Check(error);
    }

    private static void Check(FsError error)
    {
        if (error != FsError.None) throw WorkspaceException.Of(error, PrivateDirectory.Name);
    }
}
