using Sync.Engine.Names;
using Xunit;

namespace Sync.Engine.Tests.Names;

/// <summary>The table of docs/names.md, row by row.</summary>
public sealed class NameRulesTests
{
    private static readonly Dictionary<string, NameRules> All = new[] { NameRules.Unix, NameRules.Mac, NameRules.Windows, NameRules.Fat, NameRules.LinuxNtfs }.ToDictionary(rules => rules.Title);

    public static TheoryData<string, string, NameFault, NameFault, NameFault, NameFault> Table => new()
    {
        // name, then what Windows, FAT, macOS and NTFS under Linux say; Linux' own hold them all.
        { "a.txt", "", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { "a<b", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "a>b", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "a:b", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "\"a\"", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "a\\b", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "a|b", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "why?", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "*", "", NameFault.Character, NameFault.Character, NameFault.None, NameFault.None },
        { "a\tb", "", NameFault.Control, NameFault.Control, NameFault.None, NameFault.None },
        { "a\u001f", "", NameFault.Control, NameFault.Control, NameFault.None, NameFault.None },
        { "a\u007f", "", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { "a.", "", NameFault.Ending, NameFault.Ending, NameFault.None, NameFault.None },
        { "a ", "", NameFault.Ending, NameFault.Ending, NameFault.None, NameFault.None },
        { "...", "", NameFault.Ending, NameFault.Ending, NameFault.None, NameFault.None },
        { " a", "", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { ".a", "", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { "NUL", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "nul.txt", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "Con.tar.gz", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "aux .c", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "prn", "d/e", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "com1", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "LPT9.log", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "com\u00b9", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "conin$", "", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "COM10", "", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { "console", "", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { "nul", "nul/x", NameFault.Device, NameFault.None, NameFault.None, NameFault.None },
        { "x", "nul", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { new string('a', 255), "", NameFault.None, NameFault.None, NameFault.None, NameFault.None },
        { new string('a', 256), "", NameFault.Length, NameFault.Length, NameFault.Length, NameFault.Length },
        // 128 letters of two bytes each: units are counted there, bytes here.
        { new string('\u00e9', 128), "", NameFault.None, NameFault.None, NameFault.Length, NameFault.None },
        { "a", string.Join('/', Enumerable.Repeat(new string('d', 200), 6)), NameFault.None, NameFault.None, NameFault.PathLength, NameFault.None },
        { "a", string.Join('/', Enumerable.Repeat(new string('d', 200), 170)), NameFault.PathLength, NameFault.None, NameFault.PathLength, NameFault.None },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void AFileSystemHoldsANameOrSaysWhyNot(string name, string directory, NameFault windows, NameFault fat, NameFault mac, NameFault ntfs)
    {
        var path = directory.Length == 0 ? name : directory + "/" + name;
        Assert.Equal(windows, NameRules.Windows.Check(path));
        Assert.Equal(fat, NameRules.Fat.Check(path));
        Assert.Equal(mac, NameRules.Mac.Check(path));
        Assert.Equal(ntfs, NameRules.LinuxNtfs.Check(path));
        if (name.Length <= 255 && name[0] != '\u00e9') Assert.Equal(NameFault.None, NameRules.Unix.Check(path));
    }

    [Theory]
    [InlineData("vfat", "FAT")]
    [InlineData("exfat", "FAT")]
    [InlineData("ntfs", "NTFS under Linux")]
    [InlineData("ext4", "Unix")]
    [InlineData("cifs", "Unix")]
    [InlineData("fuse", "Unix")]
    public void AFileSystemUnderLinuxHasItsRules(string name, string title) => Assert.Equal(title, NameRules.Of(name).Title);

    [Theory]
    [InlineData("Makefile", "makefile", NameFault.Case)]
    [InlineData("\u00c9", "\u00e9", NameFault.Case)]
    [InlineData("e\u0301", "\u00e9", NameFault.Form)]
    public void AClashSaysWhatDiffers(string name, string standing, NameFault fault) => Assert.Equal(fault, NameRules.Clash(name, standing));

    [Fact]
    public void EveryFaultIsExplained()
    {
        foreach (var rules in All.Values)
        {
            foreach (var fault in Enum.GetValues<NameFault>().Where(fault => fault != NameFault.None))
            {
                var text = rules.Explain(fault, "other");
                Assert.EndsWith(" It stays on the other replicas; rename it there.", text, StringComparison.Ordinal);
                Assert.Equal(fault is NameFault.Case or NameFault.Form, text.Contains("'other'", StringComparison.Ordinal));
            }
        }
    }
}
