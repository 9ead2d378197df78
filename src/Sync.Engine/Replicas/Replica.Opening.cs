using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Store;
using Sync.Engine.Transfer;
using Sync.Engine.Versions;

namespace Sync.Engine.Replicas;

// What must be had before a replica can be.
internal sealed partial class Replica
{
    /// <exception cref="ReplicaStartException">It cannot run now; the message says why.</exception>
    public static Replica Open(
        ReplicaOptions options, bool isHost, SharePolicy policy, StagedContents staged, SmallContents small,
        Func<Replica, SessionHello, CancellationToken, ValueTask<IHostLink>> connect)
    {
        if (!options.Machine.HasDirectory(options.Root))
            throw new ReplicaStartException(ReplicaStartCodes.RootMissing, $"The directory '{options.Root}' of share '{options.Share}' is missing. Mount or restore it; it is tried again.");
        if (options.Machine.OpenRoot(options.Root, out var files) is var error and not FsError.None)
            throw new ReplicaStartException(ReplicaStartCodes.RootUnreadable, $"The directory '{options.Root}' of share '{options.Share}' cannot be used ({error}). Mend its permissions; it is tried again.");
        // What is held would keep the next try out.
        var held = new Stack<IDisposable>([files!]);
        try
        {
            return Open(options, isHost, files!, held, policy, staged, small, connect);
        }
        catch
        {
            while (held.TryPop(out var resource)) resource.Dispose();
            throw;
        }
    }

    private static Replica Open(
        ReplicaOptions options, bool isHost, IFileSystem files, Stack<IDisposable> held, SharePolicy policy, StagedContents staged, SmallContents small,
        Func<Replica, SessionHello, CancellationToken, ValueTask<IHostLink>> connect)
    {
        var claim = options.Machine.TryClaim(options.Root)
            ?? throw new ReplicaStartException(ReplicaStartCodes.RootInUse, $"The directory '{options.Root}' of share '{options.Share}' is synced by another agent. Stop that one, or give each its own directory; it is tried again.");
        held.Push(claim);
        var store = OpenStore(options);
        held.Push(store);
        if (files.Traits.MtimeGrainNs < 0) throw new InvalidOperationException("A negative grain.");
        foreach (var path in new[] { PrivateDirectory.Staging, Flusher.CookiePath })
            files.MakeDirectory(path, 0x1C0);
        var error = VersionStore.Open(files, options.Time, new VersionLimits(policy.VersionDays, policy.VersionPercent), options.Logging.CreateLogger("Sync.Engine.Versions"), out var versions, options.Machine.Random);
        if (error != FsError.None)
            throw new ReplicaStartException(ReplicaStartCodes.RootUnreadable, $"'{options.Root}/.sync' of share '{options.Share}' cannot be written ({error}). Mend its permissions or free space; it is tried again.");
        held.Push(versions!);
        error = PrivateRemains.Read(files, out var remains, out var unreadable);
        if (error != FsError.None && !options.AcceptRoot)
            throw new ReplicaStartException(ReplicaStartCodes.RootUnreadable, $"'{options.Root}/{unreadable}' of share '{options.Share}' cannot be read ({error}). Mend its permissions, or the disk; it is tried again. 'resume --force' does without it, and compares everything by content.");
        if (!options.AcceptRoot && EntryCodec.Int64(store.GetValue("cursor")) > 0 && ReplicaMark.Parse(store.GetValue("mark")) is not null && remains.Mark is null)
            throw new ReplicaStartException(ReplicaStartCodes.RootChanged, $"'{options.Root}' is not the directory that was synced as share '{options.Share}' (its '.sync' is missing or emptied). Mount or restore it, and it goes on; if it is meant, 'resume --force' compares everything by content.");
        var root = new EntryId(EntryCodec.Int64(store.GetValue("root")) is var id and > 0 ? id : EntryId.Root.Value);
        try
        {
            return new Replica(options, isHost, root, files, claim, store, remains, versions!, policy, staged, small, connect);
        }
        catch (IOException e)
        {
            throw new ReplicaStartException(ReplicaStartCodes.IndexUnusable, $"The index of share '{options.Share}' in '{options.DataDirectory}' cannot be written: {e.Message}", e);
        }
    }

    private static IRecordStore OpenStore(ReplicaOptions options)
    {
        try
        {
            return options.Machine.OpenStore(options.DataDirectory, "index.db", options.Logging.CreateLogger("Sync.Engine.Store"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReplicaStartException(ReplicaStartCodes.IndexUnusable, $"The index of share '{options.Share}' in '{options.DataDirectory}' cannot be opened: {e.Message}", e);
        }
    }
}
