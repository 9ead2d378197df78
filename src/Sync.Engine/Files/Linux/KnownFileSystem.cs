namespace Sync.Engine.Files.Linux;

/// <summary>What the magic number of a file system tells (<c>linux/magic.h</c>).</summary>
internal readonly record struct KnownFileSystem(string Name, WriteBackKind WriteBack, bool IsRemote)
{
    private const long Fuse = 0x65735546;

    /// <param name="magic"><c>f_type</c> of <c>statfs</c>.</param>
    /// <param name="onBlockDevice">True where the device number is a real one: tells fuseblk (ntfs-3g, exfat) from sshfs and the like.</param>
    public static KnownFileSystem Of(long magic, bool onBlockDevice) => (magic & 0xFFFFFFFF) switch
    {
        0xEF53 => new("ext4", WriteBackKind.Range, false),
        0x58465342 => new("xfs", WriteBackKind.DataSync, false),
        0x9123683E => new("btrfs", WriteBackKind.DataSync, false),
        0x01021994 => new("tmpfs", WriteBackKind.None, false),
        0x858458F6 => new("ramfs", WriteBackKind.None, false),
        0x794C7630 => new("overlay", WriteBackKind.DataSync, false),
        0xF2F52010 => new("f2fs", WriteBackKind.DataSync, false),
        0x2FC12FC1 => new("zfs", WriteBackKind.DataSync, false),
        0xCA451A4E => new("bcachefs", WriteBackKind.DataSync, false),
        0x4D44 => new("vfat", WriteBackKind.DataSync, false),
        0x2011BAB0 => new("exfat", WriteBackKind.DataSync, false),
        0x7366746E or 0x5346544E => new("ntfs", WriteBackKind.DataSync, false),
        0x4244 or 0x482B => new("hfs", WriteBackKind.DataSync, false),
        0x6969 => new("nfs", WriteBackKind.DataSync, true),
        0xFF534D42 or 0xFE534D42 or 0x517B => new("cifs", WriteBackKind.DataSync, true),
        0x01021997 => new("9p", WriteBackKind.DataSync, true),
        0x786F4256 => new("vboxsf", WriteBackKind.DataSync, true),
        0xBACBACBC => new("vmhgfs", WriteBackKind.DataSync, true),
        0x00C36400 => new("ceph", WriteBackKind.DataSync, true),
        0x5346414F or 0x6B414653 => new("afs", WriteBackKind.DataSync, true),
        0x73757245 => new("coda", WriteBackKind.DataSync, true),
        0x0BD00BD0 => new("lustre", WriteBackKind.DataSync, true),
        0x7461636F => new("ocfs2", WriteBackKind.DataSync, true),
        0x01161970 => new("gfs2", WriteBackKind.DataSync, true),
        Fuse => onBlockDevice ? new("fuseblk", WriteBackKind.DataSync, false) : new("fuse", WriteBackKind.DataSync, true),
        var other => new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"0x{other:x}"), WriteBackKind.DataSync, false),
    };
}
