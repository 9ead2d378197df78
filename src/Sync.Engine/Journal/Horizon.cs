using Sync.Engine.Model;

namespace Sync.Engine.Journal;

/// <summary>
/// How far back deletions are remembered: where the journal stood on each of the last days, and up to which revision tombstones are gone.
/// By time alone: a guest that comes back after longer is told all that lives instead.
/// </summary>
internal sealed class Horizon
{
    /// <summary>Days for which a deletion is remembered, at least.</summary>
    public const int Days = 30;

    private readonly List<(long Day, Revision Head)> _days = [];

    /// <summary>Tombstones up to here have been forgotten.</summary>
    public Revision Forgotten { get; private set; }

    /// <summary>Notes where the journal stands. True on the first call of a day: there is something to save, and maybe to forget.</summary>
    public bool Note(DateTimeOffset now, Revision head)
    {
        var day = now.ToUnixTimeSeconds() / 86_400;
        if (_days.Count > 0 && _days[^1].Day >= day) return false;
        _days.Add((day, head));
        while (_days.Count > 1 && _days[1].Day < day - Days)
        {
            Forgotten = _days[1].Head;
            _days.RemoveAt(0);
        }

        return true;
    }

    public byte[] Write()
    {
        var bytes = new byte[8 + _days.Count * 16];
        BitConverter.TryWriteBytes(bytes, Forgotten.Value);
        for (var i = 0; i < _days.Count; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(8 + i * 16), _days[i].Day);
            BitConverter.TryWriteBytes(bytes.AsSpan(16 + i * 16), _days[i].Head.Value);
        }

        return bytes;
    }

    public void Read(byte[]? bytes)
    {
        if (bytes is not { Length: >= 8 }) return;
        Forgotten = new Revision(BitConverter.ToInt64(bytes));
        for (var at = 8; at + 16 <= bytes.Length; at += 16)
            _days.Add((BitConverter.ToInt64(bytes, at), new Revision(BitConverter.ToInt64(bytes, at + 8))));
    }
}
