using Sync.Engine.Replicas;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Replicas;

namespace Sync.Shared.Control;

/// <summary>Finds the replicas a command means.</summary>
internal sealed class ReplicaSelector(IReplicaSet replicas)
{
    // For a script that starts the agent and gives a command at once: an index of a million entries takes some seconds to load.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    /// <summary>Those of that share or directory, running or not; all for "".</summary>
    public IReadOnlyList<ReplicaSlot> Any(string share)
    {
        var slots = replicas.Slots;
        if (share.Length == 0)
            return slots;
        ReplicaSlot[] named = [.. slots.Where(slot => string.Equals(slot.Label.Share, share, StringComparison.Ordinal))];
        if (named.Length == 0 && Path.IsPathRooted(share))
        {
            var path = RealPath.Of(share);
            named = [.. slots.Where(slot => string.Equals(slot.Label.Path, path, StringComparison.Ordinal))];
        }

        return named.Length > 0 ? named : throw CommandFailure.NotFound($"no share '{Printable.Text(share)}' here; see 'status'");
    }

    /// <summary>As <see cref="Any"/>, but every one must be running; one that is just starting is waited for.</summary>
    public async Task<IReadOnlyList<(ReplicaLabel Label, IReplica Replica)>> RunningAsync(string share, CancellationToken cancel)
    {
        var running = new List<(ReplicaLabel, IReplica)>();
        foreach (var slot in Any(share))
        {
            await slot.StartedAsync(StartPatience, cancel);
            if (slot.Replica is not { } replica)
                throw new CommandFailure(ExitCode.Halted, $"share {slot.Label.Share} is not running: {slot.Status.Reason ?? "it is just starting; try again"}");
            running.Add((slot.Label, replica));
        }

        return running;
    }

    /// <summary>The running replicas that a path of a command may mean, each with the path as the share knows it. An absolute path means
    /// the one replica that holds it.</summary>
    public async Task<IReadOnlyList<(ReplicaLabel Label, IReplica Replica, string? Path)>> RunningAtAsync(string share, string path, CancellationToken cancel)
    {
        var running = await RunningAsync(share, cancel);
        if (path.Length == 0)
            return [.. running.Select(r => (r.Label, r.Replica, (string?)null))];
        if (!Path.IsPathRooted(path))
            return [.. running.Select(r => (r.Label, r.Replica, (string?)InShare(path)))];

        // The last name may be a link of its own; only the way to it is followed.
        var real = Path.Join(RealPath.Of(Path.GetDirectoryName(path) ?? "/"), Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        foreach (var (label, replica) in running)
        {
            if (RealPath.IsWithin(real, label.Path) && real.Length > label.Path.Length)
                return [(label, replica, InShare(real[(label.Path.Length + 1)..]))];
        }

        throw new CommandFailure($"{Printable.Text(path)} is in no share here; see 'status'");
    }

    private static string InShare(string path)
    {
        var shown = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        return shown.TrimEnd('/');
    }
}
