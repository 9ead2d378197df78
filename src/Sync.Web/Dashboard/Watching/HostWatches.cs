using System.Security.Cryptography;
using System.Text;
using Sync.Web.Api;

namespace Sync.Web.Dashboard.Watching;

/// <summary>One watch of the host per token, shared by all who look with it, and kept a while after the last has gone. Safe from any thread.</summary>
internal sealed class HostWatches(HostSocket socket, TimeProvider time) : IAsyncDisposable
{
    // Long enough for the charts to be there still when a page is loaded again.
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (HostWatch Watch, int Viewers, long Left)> _watches = new(StringComparer.Ordinal);
    private readonly List<Task> _ending = [];

    /// <summary>The watch for a token, until <see cref="Leave"/>.</summary>
    /// <param name="token">Whose.</param>
    /// <param name="address">Where its owner looks from.</param>
    public HostWatch Enter(string token, string address)
    {
        var key = KeyOf(token);
        lock (_lock)
        {
            EndLeft();
            var (watch, viewers, left) = _watches.TryGetValue(key, out var known) && !known.Watch.Picture.SignedOut
                ? known
                : (new HostWatch(new HostCalls(socket, address, token), time), 0, 0);
            if (known.Watch is { } dead && !ReferenceEquals(dead, watch))
                _ending.Add(dead.DisposeAsync().AsTask());
            _watches[key] = (watch, viewers + 1, left);
            return watch;
        }
    }

    /// <summary>One viewer less.</summary>
    public void Leave(string token, HostWatch watch)
    {
        var key = KeyOf(token);
        lock (_lock)
        {
            if (_watches.TryGetValue(key, out var known) && ReferenceEquals(known.Watch, watch))
                _watches[key] = (watch, known.Viewers - 1, time.GetTimestamp());
            EndLeft();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Task> ending;
        lock (_lock)
        {
            ending = [.. _ending, .. _watches.Values.Select(w => w.Watch.DisposeAsync().AsTask())];
            _watches.Clear();
        }

        await Task.WhenAll(ending);
    }

    // The table names no tokens: what is read out of this program's memory should be as little as can be.
    private static string KeyOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private void EndLeft()
    {
        _ending.RemoveAll(t => t.IsCompletedSuccessfully);
        foreach (var (key, known) in _watches.Where(w => w.Value.Viewers == 0 && (w.Value.Watch.Picture.SignedOut || time.GetElapsedTime(w.Value.Left) > Linger)).ToList())
        {
            _watches.Remove(key);
            _ending.Add(known.Watch.DisposeAsync().AsTask());
        }
    }
}
