using System.Text;

namespace Sync.Engine.Names;

/// <summary>
/// What names a file system can hold. Pure: one row of the table of rules in docs/names.md. Asked before anything is made, because some systems do not refuse what they
/// cannot hold but hold something else: <c>a.</c> becomes <c>a</c>, <c>a:b</c> a stream of <c>a</c>, <c>nul</c> a device.
/// </summary>
/// <remarks>Whether two names are the same there is no rule but probed, and told by the disk itself: see <see cref="Clash"/>.</remarks>
public sealed record NameRules
{
    /// <summary>Characters that Win32 and the FAT family keep for themselves, besides control characters.</summary>
    private const string WindowsCharacters = "<>:\"\\|?*";

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>Linux' own file systems, and what stands for those that answer for themselves: 255 bytes, anything but NUL and '/'.</summary>
    public static NameRules Unix { get; } = new() { Title = "Unix" };

    /// <summary>APFS: 255 bytes; paths of 1,023, for they are walked as text.</summary>
    public static NameRules Mac { get; } = new() { Title = "macOS", LongestPath = 1_023 };

    /// <summary>NTFS by Windows' own names: 255 UTF-16 units, paths of 32,767 less what leads to a share.</summary>
    public static NameRules Windows { get; } = new()
    {
        Title = "Windows", Forbidden = WindowsCharacters, ForbidsControls = true, DropsEndings = true, HasDevices = true, CountsUnits = true, LongestPath = 32_000,
    };

    /// <summary>FAT and exFAT under Linux: Windows' characters and endings, no devices.</summary>
    public static NameRules Fat { get; } = new() { Title = "FAT", Forbidden = WindowsCharacters, ForbidsControls = true, DropsEndings = true, CountsUnits = true };

    /// <summary>NTFS under Linux: 255 UTF-16 units; it stores what Windows could not open, too.</summary>
    public static NameRules LinuxNtfs { get; } = new() { Title = "NTFS under Linux", CountsUnits = true };

    /// <summary>How it is called.</summary>
    public required string Title { get; init; }

    /// <summary>Characters that no name may have.</summary>
    public string Forbidden { get; init; } = "";

    /// <summary>Neither may control characters, U+0001 to U+001F, be in one.</summary>
    public bool ForbidsControls { get; init; }

    /// <summary>Dots and spaces at the end are dropped.</summary>
    public bool DropsEndings { get; init; }

    /// <summary>Some names are devices.</summary>
    public bool HasDevices { get; init; }

    /// <summary>Lengths are in UTF-16 units, not in bytes of UTF-8.</summary>
    public bool CountsUnits { get; init; }

    /// <summary>Of a name, in bytes or units.</summary>
    public int Longest { get; init; } = 255;

    /// <summary>Of a path from the share's root, in bytes or units.</summary>
    public int LongestPath { get; init; } = int.MaxValue;

    /// <summary>The rules of a file system under Linux.</summary>
    /// <param name="fileSystem">Its name, as <see cref="Files.FileSystemTraits.Name"/> tells it.</param>
    public static NameRules Of(string fileSystem) => fileSystem switch
    {
        "vfat" or "exfat" => Fat,
        "ntfs" => LinuxNtfs,
        // What is behind a share of a network or a hypervisor, or behind FUSE, nobody tells: it answers for itself.
        _ => Unix,
    };

    /// <summary>Whether a name can be held, alone and at its place.</summary>
    /// <param name="path">From the share's root, '/' between names; the last is the name.</param>
    public NameFault Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        if (Forbidden.Length > 0 && name.ContainsAny(Forbidden)) return NameFault.Character;
        if (ForbidsControls && name.ContainsAnyInRange('\u0001', '\u001f')) return NameFault.Control;
        if (DropsEndings && name.Length > 0 && name[^1] is '.' or ' ') return NameFault.Ending;
        if (HasDevices && IsDevice(name)) return NameFault.Device;
        if (LengthOf(name) > Longest) return NameFault.Length;
        return LengthOf(path) > LongestPath ? NameFault.PathLength : NameFault.None;
    }

    /// <summary>What two names of one directory differ in, where the disk takes them for the same.</summary>
    public static NameFault Clash(string name, string standing) =>
        string.Equals(name, standing, StringComparison.OrdinalIgnoreCase) ? NameFault.Case : NameFault.Form;

    /// <summary>Why, for people: one sentence, and what to do.</summary>
    /// <param name="fault">Not <see cref="NameFault.None"/>.</param>
    /// <param name="standing">The name that is there, for clashes.</param>
    public string Explain(NameFault fault, string standing = "") => fault switch
    {
        NameFault.Character => $"Its name has one of {string.Join(' ', Forbidden.AsEnumerable())}, which {Title} does not allow.",
        NameFault.Control => $"Its name has a control character, which {Title} does not allow.",
        NameFault.Ending => $"Its name ends with a dot or a space, which {Title} would drop.",
        NameFault.Device => $"Its name is that of a device of {Title}.",
        NameFault.Length => $"Its name is longer than {Longest} {(CountsUnits ? "UTF-16 units" : "bytes")}, the most that {Title} allows.",
        NameFault.PathLength => $"Its path is longer than {LongestPath} {(CountsUnits ? "UTF-16 units" : "bytes")}, the most that {Title} allows.",
        NameFault.Case => $"'{standing}' is here, and this file system takes both for one name: they differ only in case.",
        NameFault.Form => $"'{standing}' is here, and this file system takes both for one name: they differ only in how letters are composed (NFC, NFD).",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no fault"),
    } + " It stays on the other replicas; rename it there.";

    private int LengthOf(ReadOnlySpan<char> text) => CountsUnits ? text.Length : Encoding.UTF8.GetByteCount(text);

    /// <summary>"NUL", "nul.txt", "COM1 .log", "lpt¹": what counts is what stands before the first dot, without spaces at its end.</summary>
    private static bool IsDevice(ReadOnlySpan<char> name)
    {
        var dot = name.IndexOf('.');
        var stem = (dot < 0 ? name : name[..dot]).TrimEnd(' ');
        foreach (var device in Devices)
            if (stem.Equals(device, StringComparison.OrdinalIgnoreCase)) return true;
        return stem.Length == 4 && stem[3] is (>= '0' and <= '9') or '\u00b9' or '\u00b2' or '\u00b3'
            && (stem[..3].Equals("COM", StringComparison.OrdinalIgnoreCase) || stem[..3].Equals("LPT", StringComparison.OrdinalIgnoreCase));
    }
}
