#pragma warning disable RS0030 // What the kernel tells of this process is in no share.
using System.Globalization;
using System.Runtime.InteropServices;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Machines;

/// <summary>
/// Gives memory of this process back that only its start, or much work, has needed: what the C library's allocator holds free, and pages of program files. The kernel keeps those in
/// its page cache, and maps them again, sixteen at a time, when they are used. (After the kernel tree's first sync 20 of 36 MB of the host's, and of the guest's, were of no more use.)
/// Does nothing on other systems. Safe from any thread.
/// </summary>
public static unsafe class ResidentPages
{
    private const int DontNeed = 4;

    private static readonly TimeSpan StartTakes = TimeSpan.FromSeconds(5);

    private static readonly Lock Gate = new();

    /// <summary>Mappings that were there at the call before. A file that is just being loaded may still be written to by its loader.</summary>
    private static HashSet<string> _settled = [];

    /// <summary>Remembers which files are mapped now: a later <see cref="GiveBack"/> may take their pages.</summary>
    public static void Note()
    {
        if (!Abi.IsSupported) return;
        lock (Gate) _settled = [.. Report("/proc/self/maps").Where(IsCandidate)];
    }

    /// <summary>What only the start needs is given back once that is over. (A guest with 200 files: 62 MB resident 3 s after its start, 45 MB 6 s after it.)</summary>
    /// <returns>Disposed of before then: nothing is given back.</returns>
    public static ITimer GiveBackAfterStart(TimeProvider time)
    {
        Note();
        return time.CreateTimer(static _ => GiveBack(), null, StartTakes, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gives back what it can. Takes some milliseconds, and some more of whoever runs code next.</summary>
    public static void GiveBack()
    {
        if (!Abi.IsSupported) return;
        // Not every C library has it.
        if (NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out var trim)) ((delegate* unmanaged<nuint, int>)trim)(0);
        lock (Gate)
        {
            var seen = new HashSet<string>();
            foreach (var mapping in Unwritten(Report("/proc/self/smaps")))
            {
                seen.Add(mapping);
                if (_settled.Contains(mapping) && TryReadRange(mapping, out var from, out var to)) LibC.madvise(from, to - from, DontNeed);
            }

            _settled = seen;
        }
    }

    /// <summary>Of the kernel's report, the first lines of mappings of files that nobody may write to by them, and of which each page is still the file's.</summary>
    internal static IEnumerable<string> Unwritten(IEnumerable<string> report)
    {
        string? mapping = null;
        foreach (var line in report)
        {
            // "Rss:    12 kB" belongs to the mapping before it.
            if (line.Length > 0 && char.IsAsciiLetterUpper(line[0]))
            {
                // Pages that a loader has written to while it might are this process's alone: given back, they would be gone.
                if ((line.StartsWith("Anonymous:", StringComparison.Ordinal) || line.StartsWith("Swap:", StringComparison.Ordinal)) && !line.EndsWith(" 0 kB", StringComparison.Ordinal)) mapping = null;
                continue;
            }

            if (mapping is not null) yield return mapping;
            mapping = IsCandidate(line) ? line : null;
        }

        if (mapping is not null) yield return mapping;
    }

    /// <summary>A file of the kernel's. Where there is none, as in some sandboxes, or it may not be read, nothing is known, and nothing given back.</summary>
    private static string[] Report(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>"FROM-TO r-xp OFFSET DEVICE INODE /PATH".</summary>
    private static bool IsCandidate(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && line.Length > space + 4 && line[space + 1] == 'r' && line[space + 2] == '-' && line[space + 4] == 'p' && line.Contains(" /", StringComparison.Ordinal);
    }

    private static bool TryReadRange(string line, out nuint from, out nuint to)
    {
        to = 0;
        var dash = line.IndexOf('-', StringComparison.Ordinal);
        return nuint.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out from)
            && nuint.TryParse(line.AsSpan(dash + 1, line.IndexOf(' ', StringComparison.Ordinal) - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out to);
    }
}
