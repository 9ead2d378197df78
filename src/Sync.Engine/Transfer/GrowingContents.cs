using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;

namespace Sync.Engine.Transfer;

/// <summary>
/// The long contents that the host reads just now, of which guests are told so that they ask for them meanwhile (docs/decisions/0028). Safe from any thread.
/// </summary>
/// <param name="mayGo">Whether what is read goes out now, and there is anybody to be told. Asked from any thread.</param>
/// <param name="tell">Tells all who may have the contents of the whole share.</param>
internal sealed class GrowingContents(Func<bool> mayGo, Action<HostMessage.Growing> tell)
{
    /// <summary>Shorter ones, in bytes, are read in less time than two words to a guest take.</summary>
    public const long WorthwhileLength = 32 << 20;

    /// <summary>Those that were read to their end are kept for whoever asks late: so many, and no more than so many chunks each.</summary>
    private const int Kept = 4;
    private const int MostKeptChunks = 1 << 16;

    private readonly object _gate = new();
    private readonly Dictionary<long, GrowingContent> _byToken = [];
    private readonly Queue<long> _ended = new();
    private long _lastToken;

    /// <summary>The shortest that others are told of, in bytes.</summary>
    public long Least { get; init; } = WorthwhileLength;

    /// <summary>For a file that is about to be read; null: it is not long enough, or nobody is there to be told.</summary>
    public GrowingContent? Open(string path, FileStamp seen, Manifest? former) =>
        seen.Size < Least || !mayGo() ? null : new GrowingContent(path, seen, former) { Begun = Begin, LeastToCome = Least / 2 };

    /// <summary>Whether what is read goes out now.</summary>
    public bool MayGo() => mayGo();

    public GrowingContent? Find(long token)
    {
        lock (_gate) return _byToken.GetValueOrDefault(token);
    }

    /// <summary>Its file was read: that is what it is, or (null) it has come to nothing.</summary>
    public void End(GrowingContent content, Manifest? whole)
    {
        if (content.Token == 0)
        {
            content.End(whole);
            return;
        }

        // Told before it can have been sent to its end.
        tell(new HostMessage.Growing(content.Token, content.Seen.Size, default, whole?.Id ?? default) { HasEnded = true });
        content.End(whole);
        lock (_gate)
        {
            if (whole is null || whole.Count > MostKeptChunks) _byToken.Remove(content.Token);
            else _ended.Enqueue(content.Token);
            while (_ended.Count > Kept) _byToken.Remove(_ended.Dequeue());
        }
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        lock (_gate)
            while (_ended.TryDequeue(out var token)) _byToken.Remove(token);
    }

    private void Begin(GrowingContent content)
    {
        if (!mayGo()) return;
        lock (_gate)
        {
            content.Token = ++_lastToken;
            _byToken.Add(content.Token, content);
        }

        tell(new HostMessage.Growing(content.Token, content.Seen.Size, content.Former?.Id ?? default, default));
    }
}
