using Sync.Shared.Data;
using Xunit;

namespace Sync.Host.Tests;

public sealed class MountTableTests
{
    private const string Table = """
        22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
        30 22 8:1 /srv/h1/sub /mnt/bound rw,relatime shared:1 - ext4 /dev/sda1 rw
        31 22 8:1 /srv/with\040space /mnt/a\134b rw - ext4 /dev/sda1 rw
        32 22 8:2 / /data rw - ext4 /dev/sdb1 rw
        33 22 8:2 /x /mnt/x rw - ext4 /dev/sdb1 rw
        34 22 8:1 /srv/covered /mnt/c rw - ext4 /dev/sda1 rw
        35 22 8:3 / /srv/covered rw - ext4 /dev/sdc1 rw
        40 22 8:1 /deep /top/deep rw - ext4 /dev/sda1 rw
        41 22 8:4 / /top rw - tmpfs tmpfs rw
        42 41 8:5 / /top/deep rw - tmpfs tmpfs rw
        43 42 8:1 /stacked /top/deep rw - ext4 /dev/sda1 rw
        nonsense
        """;

    [Theory]
    [InlineData("/mnt/bound", "/mnt/bound /srv/h1/sub")]
    [InlineData("/mnt/bound/new/er", "/mnt/bound/new/er /srv/h1/sub/new/er")]
    [InlineData("/srv/h1/sub/d", "/srv/h1/sub/d /mnt/bound/d")]
    [InlineData("/srv/h1/subs", "/srv/h1/subs")]
    [InlineData("/srv/h1", "/srv/h1")]
    [InlineData("/mnt/x/y", "/mnt/x/y /data/x/y")]
    [InlineData("/data", "/data")]
    [InlineData("/", "/")]
    // Another file system covers the first name.
    [InlineData("/mnt/c/d", "/mnt/c/d")]
    [InlineData("/srv/covered/d", "/srv/covered/d")]
    // Mounted below what was covered later; a stack of mounts on one point.
    [InlineData("/deep", "/deep")]
    [InlineData("/top/deep/d", "/top/deep/d /stacked/d")]
    public void ADirectoryHasTheNamesThatMountsGiveIt(string path, string names) =>
        Assert.Equal(names.Split(' '), MountTable.Parse(Table).NamesOf(path));

    [Fact]
    public void WhiteSpaceAndBackslashesAreRead() =>
        Assert.Equal(["/mnt/a\\b/c", "/srv/with space/c"], MountTable.Parse(Table).NamesOf("/mnt/a\\b/c"));

    [Fact]
    public void WithoutATableADirectoryHasItsOwnName() => Assert.Equal(["/a"], MountTable.Parse("").NamesOf("/a"));
}
