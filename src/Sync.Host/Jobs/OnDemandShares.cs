using Sync.Host.Config;
using Sync.Shared.Data;
using Sync.Shared.Replicas;

namespace Sync.Host.Jobs;

/// <summary>Shares where nothing moves until a job says so: open while at least one job runs, else paused.</summary>
internal sealed class OnDemandShares(ConfigStore<HostConfig> config)
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>Whether nothing moves there now but for jobs.</summary>
    public bool IsOnDemand(string share) => config.Current.FindShare(share) is { Policy.OnDemand: true };

    /// <summary>Lets a share move; call <see cref="CloseAsync"/> once for it. Does nothing where the share always moves.</summary>
    public async Task OpenAsync(ReplicaSlot slot, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var share = slot.Label.Share;
            _open[share] = _open.GetValueOrDefault(share) + 1;
            if (IsOnDemand(share) && !IsPausedByUser(share))
                await slot.ResumeAsync(force: false, cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The end of a job; the last one's pauses an on-demand share.</summary>
    public async Task CloseAsync(ReplicaSlot slot)
    {
        await _one.WaitAsync();
        try
        {
            var share = slot.Label.Share;
            var left = _open.GetValueOrDefault(share) - 1;
            if (left > 0)
            {
                _open[share] = left;
                return;
            }

            _open.Remove(share);
            if (IsOnDemand(share))
                await PauseAsync(slot);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Puts a change of the share's policy in force.</summary>
    public async Task ApplyAsync(ReplicaSlot slot, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var share = slot.Label.Share;
            if (IsOnDemand(share))
            {
                if (!_open.ContainsKey(share))
                    await PauseAsync(slot);
            }
            else if (slot.Paused && !IsPausedByUser(share))
            {
                await slot.ResumeAsync(force: false, cancel);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private bool IsPausedByUser(string share) => config.Current.FindShare(share) is { Paused: true };

    private static async Task PauseAsync(ReplicaSlot slot)
    {
        slot.Paused = true;
        if (slot.Replica is { } replica)
            await replica.PauseAsync(CancellationToken.None);
    }
}
