using System.Collections.Frozen;

namespace Sync.Host.Events;

/// <summary>The words for kinds of events. Stable: programs compare them.</summary>
internal static class EventKinds
{
    /// <summary>Events were missed: more happened than are kept.</summary>
    public const string Gap = "gap";

    public const string ShareState = "share-state";
    public const string GuestConnected = "guest-connected";
    public const string GuestLost = "guest-lost";
    public const string Conflict = "conflict";
    public const string Halt = "halt";
    public const string Job = "job";
    public const string Change = "change";

    /// <summary>All that can be asked for.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.Create(StringComparer.Ordinal, ShareState, GuestConnected, GuestLost, Conflict, Halt, Job, Change);
}
