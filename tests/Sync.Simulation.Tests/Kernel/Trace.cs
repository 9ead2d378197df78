using System.Globalization;

namespace Sync.Simulation.Tests.Kernel;

/// <summary>What happened, in order: as a hash always, as text where somebody wants to read it, line by line where another run is to be compared with
/// it. Two runs of one seed have the same.</summary>
internal sealed class Trace(TextWriter? text, List<TraceLine>? lines)
{
    private ulong _hash = 14695981039346656037;

    public ulong Hash => _hash;

    /// <summary>Somebody reads: lines may be worth making.</summary>
    public bool IsRead => text is not null;

    /// <summary>Takes note of something.</summary>
    public void Add(long atNs, string actor, string what, string path)
    {
        Mix((ulong)atNs);
        Mix(actor);
        Mix(what);
        Mix(path);
        var line = new TraceLine(atNs, actor, what, path);
        lines?.Add(line);
        text?.WriteLine(line);
    }

    /// <summary>For readers alone: not of the hash.</summary>
    public void Say(long atNs, string actor, string what) => text?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{atNs / 1_000_000.0,12:F3} {actor,-8} {what}"));

    private void Mix(string value)
    {
        foreach (var c in value) Mix(c);
    }

    private void Mix(ulong value) => _hash = (_hash ^ value) * 1099511628211;
}
