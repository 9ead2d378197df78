namespace Sync.Engine.Watching.Linux;

/// <summary>Bits of inotify's masks.</summary>
internal static class InotifyMask
{
    public const uint Modify = 0x2;
    public const uint Attributes = 0x4;
    public const uint CloseWrite = 0x8;
    public const uint MovedFrom = 0x40;
    public const uint MovedTo = 0x80;
    public const uint Create = 0x100;
    public const uint Delete = 0x200;
    public const uint DeleteSelf = 0x400;
    public const uint Unmount = 0x2000;
    public const uint QueueOverflow = 0x4000;
    public const uint Ignored = 0x8000;

    private const uint OnlyDirectory = 0x1000000;
    private const uint ExcludeUnlinked = 0x4000000;

    /// <summary>What is asked for. Not IN_MOVE_SELF: the parent's watch tells of that, with both names. Not IN_DONT_FOLLOW: the
    /// path given is a link of /proc, and the directory behind it was opened without following any.</summary>
    public const uint Wanted = Modify | Attributes | CloseWrite | MovedFrom | MovedTo | Create | Delete | DeleteSelf | OnlyDirectory | ExcludeUnlinked;

    /// <summary>What an event with a name, or about the directory itself, tells; null for what is of no interest.</summary>
    public static WatchChange? ToChange(uint mask) => mask switch
    {
        _ when (mask & (DeleteSelf | Unmount | Ignored)) != 0 => WatchChange.Ended,
        _ when (mask & Modify) != 0 => WatchChange.Modified,
        _ when (mask & CloseWrite) != 0 => WatchChange.Closed,
        _ when (mask & Create) != 0 => WatchChange.Created,
        _ when (mask & Delete) != 0 => WatchChange.Removed,
        _ when (mask & MovedFrom) != 0 => WatchChange.MovedFrom,
        _ when (mask & MovedTo) != 0 => WatchChange.MovedTo,
        _ when (mask & Attributes) != 0 => WatchChange.Attributes,
        _ => null,
    };
}
