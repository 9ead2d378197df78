using Microsoft.Extensions.Logging;
using Sync.Host.Config;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Registry;

/// <summary>
/// Forgets guests that came by an ephemeral invite: a while after the last session of a share its right is gone, and with the last right the
/// guest. What a stop of the host interrupts begins anew with the next start. Safe from any thread.
/// </summary>
internal sealed class EphemeralGuests(ConfigStore<HostConfig> config, TimeProvider time, ILogger<EphemeralGuests> log) : IDisposable
{
    /// <summary>A configuration that cannot be written now may be writable in a while.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Guest, string Share), Stay> _stays = [];
    private bool _disposed;

    /// <summary>Nobody is here yet: those that were here before the host stopped may come back for as long as after a session.</summary>
    public void Start()
    {
        foreach (var guest in config.Current.Guests)
        {
            foreach (var right in guest.Rights)
                Enter(guest.Fingerprint, right.Share).Dispose();
        }
    }

    /// <summary>The guest uses the share, or is about to, until what is returned is disposed. To be called before its right is looked at.</summary>
    public IDisposable Enter(string guest, string share)
    {
        lock (_lock)
        {
            if (!_stays.TryGetValue((guest, share), out var stay))
                _stays.Add((guest, share), stay = new Stay());
            stay.Sessions++;
            stay.Cancel();
            return new Visit(this, guest, share);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var stay in _stays.Values)
                stay.Cancel();
            _stays.Clear();
        }
    }

    private void Leave(string guest, string share)
    {
        lock (_lock)
        {
            if (_stays.TryGetValue((guest, share), out var stay) && --stay.Sessions == 0)
                Schedule(guest, share, stay);
        }
    }

    // In the lock.
    private void Schedule(string guest, string share, Stay stay)
    {
        stay.Cancel();
        if (!_disposed && config.Current.FindGuest(guest)?.FindRight(share)?.Linger is { } linger)
            stay.Timer = time.CreateTimer(_ => Expire(guest, share), null, linger, Timeout.InfiniteTimeSpan);
        else
            _stays.Remove((guest, share));
    }

    private void Expire(string guest, string share)
    {
        // In the lock, so that who enters in between finds either the right or none.
        lock (_lock)
        {
            if (_disposed || !_stays.TryGetValue((guest, share), out var stay) || stay.Sessions > 0)
                return;
            try
            {
                config.Update(current => current.FindGuest(guest) is { } known && known.FindRight(share) is { IsEphemeral: true } ? current.WithoutRight(known, share) : current);
                stay.Cancel();
                _stays.Remove((guest, share));
            }
            catch (CommandFailure e)
            {
                RegistryLog.NotForgotten(log, share, e.Message);
                stay.Cancel();
                stay.Timer = time.CreateTimer(_ => Expire(guest, share), null, RetryAfter, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private sealed class Stay
    {
        public int Sessions { get; set; }

        public ITimer? Timer { get; set; }

        public void Cancel()
        {
            Timer?.Dispose();
            Timer = null;
        }
    }

    private sealed class Visit(EphemeralGuests guests, string guest, string share) : IDisposable
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
                guests.Leave(guest, share);
        }
    }
}
