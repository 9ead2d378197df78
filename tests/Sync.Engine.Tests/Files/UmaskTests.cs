using Sync.Engine.Files;
using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>The umask is the whole process's, so nothing may run beside this.</summary>
[Collection(nameof(AloneCollection))]
public sealed class UmaskTests
{
    public static TheoryData<string> Linux => FileSystemUnderTest.Linux;

    [Theory, MemberData(nameof(Linux))]
    public void Modes_do_not_depend_on_the_umask(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        var old = Raw.SetUmask(0x1FF);
        try
        {
            Assert.Equal(FsError.None, test.Fs.MakeDirectory("d", 0x5FF));
            test.Create("d/f", "x"u8, 0xFF6);
        }
        finally
        {
            Raw.SetUmask(old);
        }

        Assert.Equal(0x5FFu, test.Stat("d").Mode);
        Assert.Equal(0xFF6u, test.Stat("d/f").Mode);
        Assert.Equal(FsError.None, test.Fs.SetMode("d/f", 0));
        Assert.Equal(0u, test.Stat("d/f").Mode);
    }
}
