using Sync.Protocol.Control;
using Sync.Web.Dashboard.Watching;

namespace Sync.Web.Dashboard.Model;

/// <summary>What is on its way to one guest, or to the host.</summary>
/// <param name="Share">The share.</param>
/// <param name="To">The guest; empty for the host.</param>
/// <param name="Files">Files, directories and links that wait.</param>
/// <param name="Bytes">Bytes that wait.</param>
/// <param name="Rate">Bytes a second; zero if not known.</param>
public sealed record Transfer(string Share, string To, long Files, long Bytes, double Rate)
{
    /// <summary>How long it will take; null if not known.</summary>
    public TimeSpan? Left => Bytes > 0 && Rate >= 1 ? TimeSpan.FromSeconds(Math.Min(Bytes / Rate, TimeSpan.FromDays(365).TotalSeconds)) : null;

    /// <summary>All that is under way, the largest first.</summary>
    internal static IReadOnlyList<Transfer> Of(AgentStatus status, Rates rates)
    {
        var list = new List<Transfer>();
        foreach (var share in status.Shares)
        {
            if (share.PendingIn > 0)
                list.Add(new Transfer(share.Name, "", share.PendingIn, share.PendingInBytes, rates.Received.GetValueOrDefault(share.Name)));
            var behind = share.Guests.Where(g => g.Connected && g.PendingEntries > 0).ToList();
            foreach (var guest in behind)
            {
                // What a single guest takes is what the share sends. Of several each tells what it waits for less than before, but only as whole files end: until then they share.
                var sent = rates.Sent.GetValueOrDefault(share.Name) / behind.Count;
                var rate = Math.Max(sent, behind.Count == 1 ? 0 : rates.Guests.GetValueOrDefault((share.Name, guest.Fingerprint)));
                list.Add(new Transfer(share.Name, guest.Name, guest.PendingEntries, guest.PendingBytes, rate));
            }
        }

        return [.. list.OrderByDescending(t => t.Bytes)];
    }
}
