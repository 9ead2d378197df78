using System.Collections.Frozen;
using Sync.Host.Config;
using Sync.Protocol.Serving;
using Sync.Shared.Data;

namespace Sync.Host.Registry;

/// <summary>Which guests are paired. Asked on every call, so the set is made once for each configuration.</summary>
internal sealed class GuestDirectory(ConfigStore<HostConfig> config) : IGuestDirectory
{
    private volatile Known _known = new(new HostConfig(), FrozenSet<string>.Empty);

    public bool IsKnown(string fingerprint)
    {
        var current = config.Current;
        var known = _known;
        if (!ReferenceEquals(known.Of, current))
            _known = known = new Known(current, current.Guests.Select(g => g.Fingerprint).ToFrozenSet(StringComparer.Ordinal));
        return known.Fingerprints.Contains(fingerprint);
    }

    private sealed record Known(HostConfig Of, FrozenSet<string> Fingerprints);
}
