using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Hostile;

/// <summary>A guest's session, driven by hand: proposes what it is told to, keeps what it hears.</summary>
internal sealed class HostileSession : IAsyncDisposable
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<IReadOnlyList<Outcome>>> _asked = [];
    private readonly ConcurrentDictionary<EntryId, Entry> _told = [];
    private readonly Task _reading;
    private long _proposals;
    private long _provisional;

    public HostileSession(IGuestSession session)
    {
        Session = session;
        _reading = ReadAsync();
    }

    public IGuestSession Session { get; }

    /// <summary>The root of what this guest holds.</summary>
    public EntryId Root { get; private set; } = EntryId.Root;

    /// <summary>The entries that the host has told of, as they are now.</summary>
    public IReadOnlyDictionary<EntryId, Entry> Told => _told;

    /// <summary>Ends with the session, and with why it ended.</summary>
    public Task Ended => _reading;

    public Entry File(string name, byte[] bytes, EntryId? parent = null) => new()
    {
        Id = NewId(), Parent = parent ?? Root, Name = name, Kind = EntryKind.File, Mode = 0x1A4, Size = bytes.Length, MtimeNs = 1_000_000_000, Content = ContentOf(bytes),
    };

    public Entry Link(string name, string target) => new()
    {
        Id = NewId(), Parent = Root, Name = name, Kind = EntryKind.Symlink, Mode = 0x1FF, LinkTarget = target, Content = ContentIds.OfLink(target),
    };

    public Entry Folder(string name, EntryId? parent = null) => new() { Id = NewId(), Parent = parent ?? Root, Name = name, Kind = EntryKind.Directory, Mode = 0x1ED };

    public static ContentId ContentOf(byte[] bytes)
    {
        using var hasher = new ContentHasher(bytes.Length);
        hasher.Append(bytes);
        return hasher.Finish().Id;
    }

    /// <summary>A new entry as a change.</summary>
    public static Change New(Entry entry, byte[]? inline = null) =>
        new() { Entry = entry, Facets = Facets.All, Inline = inline is null ? (ReadOnlyMemory<byte>?)null : inline };

    /// <summary>Proposes, and waits for the outcomes.</summary>
    public async Task<IReadOnlyList<Outcome>> ProposeAsync(params Change[] changes)
    {
        var id = Interlocked.Increment(ref _proposals);
        var answer = _asked[id] = new TaskCompletionSource<IReadOnlyList<Outcome>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await Session.ReceiveAsync(new GuestMessage.Propose(new Proposal(id, changes)), TestContext.Current.CancellationToken);
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    /// <summary>Proposes one change.</summary>
    public async Task<Outcome> ProposeOneAsync(Change change) => (await ProposeAsync(change))[0];

    /// <summary>Uploads a small content under some id.</summary>
    public async Task<ContentFrame.End> UploadAsync(byte[] bytes, ContentId content)
    {
        await foreach (var end in Session.Upload(Frames(), TestContext.Current.CancellationToken)) return end;
        throw new InvalidOperationException("The upload had no end.");

        async IAsyncEnumerable<ContentFrame> Frames()
        {
            await Task.Yield();
            yield return new ContentFrame.Whole(1, content, bytes);
        }
    }

    /// <summary>Asks for a content of an entry; the frame that answers.</summary>
    public async Task<ContentFrame> DownloadAsync(EntryId entry, ContentId content)
    {
        await foreach (var frame in Session.Download(Requests(), TestContext.Current.CancellationToken)) return frame;
        throw new InvalidOperationException("No answer came.");

        async IAsyncEnumerable<ContentRequest> Requests()
        {
            await Task.Yield();
            yield return new ContentRequest(1, entry, content, default, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private EntryId NewId() => new(Interlocked.Decrement(ref _provisional));

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var message in Session.Outgoing.ReadAllAsync()) Take(message);
        }
        catch (ChannelClosedException e) when (e.InnerException is LinkException reason)
        {
            ExceptionDispatchInfo.Throw(reason);
        }
        finally
        {
            foreach (var waiting in _asked.Values) waiting.TrySetCanceled();
        }
    }

    private void Take(HostMessage message)
    {
        switch (message)
        {
            case HostMessage.Welcome welcome:
                Root = welcome.Root;
                break;
            case HostMessage.Entries entries:
                foreach (var entry in entries.Items) _told[entry.Id] = entry;
                break;
            case HostMessage.Outcomes outcomes:
                foreach (var entry in outcomes.Items.Select(o => o.Entry).OfType<Entry>()) _told[entry.Id] = entry;
                if (_asked.TryRemove(outcomes.ProposalId, out var waiting)) waiting.TrySetResult(outcomes.Items);
                break;
        }
    }
}
