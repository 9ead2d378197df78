using Sync.Protocol.Control;

namespace Sync.Host.Access;

/// <summary>What of the host's configuration a caller may see.</summary>
internal static class CallerView
{
    /// <summary>Only the share that the caller's token is for.</summary>
    public static ShareInfoList Of(ShareInfoList all, ApiCaller caller)
    {
        if (caller.Share is not { } only)
            return all;
        var list = new ShareInfoList();
        list.Shares.AddRange(all.Shares.Where(s => string.Equals(s.Name, only, StringComparison.Ordinal)));
        return list;
    }

    /// <summary>Only guests of the share that the caller's token is for, and only their right to it.</summary>
    public static GuestInfoList Of(GuestInfoList all, ApiCaller caller)
    {
        if (caller.Share is not { } only)
            return all;
        var list = new GuestInfoList();
        foreach (var guest in all.Guests.Where(g => g.Rights.Any(r => string.Equals(r.Share, only, StringComparison.Ordinal))))
        {
            var shown = guest.Clone();
            shown.Rights.Clear();
            shown.Rights.AddRange(guest.Rights.Where(r => string.Equals(r.Share, only, StringComparison.Ordinal)));
            list.Guests.Add(shown);
        }

        return list;
    }
}
