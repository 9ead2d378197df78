using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Transfer;

namespace Sync.Engine.Publishing;

/// <summary>
/// Brings a plan to the host: proposes its steps in order, contents along with them or before them, and goes again through those that could
/// not be decided, because a file changed meanwhile or the host lacks what it was thought to have.
/// </summary>
internal sealed class Proposing
{
    /// <summary>Rounds until it is given up.</summary>
    public const int MaxRounds = 5;

    private const int MaxChanges = 1000;
    private const long MaxInline = 1 << 20;

    /// <summary>Changes without an answer: enough to keep the link busy, few enough to bound memory.</summary>
    private const int MaxOpen = 4000;

    private readonly PublishSession _session;
    private readonly IFileSystem _files;
    private readonly PublishedTreeReader _reader;
    private readonly PublishedContents _contents;
    private readonly ContentSender _sender;
    private readonly HashSet<ContentId> _hostHas;
    private readonly Func<EntryId, Entry?> _before;
    private readonly Action<long, long> _progress;
    private readonly Dictionary<EntryId, PublishStep> _open = [];
    private readonly Dictionary<EntryId, EntryId> _given = [];
    private readonly List<PublishStep> _again = [];
    private readonly List<PublishConflict> _conflicts = [];
    private readonly List<Problem> _problems = [];
    private readonly List<Change> _batch = [];
    private long _batchInline;
    private long _settled;
    private long _bytesSent;

    /// <param name="session">The session.</param>
    /// <param name="files">The directory that is pushed.</param>
    /// <param name="reader">Reads a file again that has changed.</param>
    /// <param name="contents">Where its contents are.</param>
    /// <param name="sender">Sends large ones.</param>
    /// <param name="hostHas">Contents that need not be sent.</param>
    /// <param name="before">What the share had, by id.</param>
    /// <param name="progress">Told of changes settled and bytes sent.</param>
    public Proposing(
        PublishSession session, IFileSystem files, PublishedTreeReader reader, PublishedContents contents, ContentSender sender, HashSet<ContentId> hostHas,
        Func<EntryId, Entry?> before, Action<long, long> progress)
    {
        _session = session;
        _files = files;
        _reader = reader;
        _contents = contents;
        _sender = sender;
        _hostHas = hostHas;
        _before = before;
        _progress = progress;
    }

    public IReadOnlyList<PublishConflict> Conflicts => _conflicts;

    public IReadOnlyList<Problem> Problems => _problems;

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Returns when every step is decided, durably.</summary>
    /// <exception cref="LinkException">The link broke.</exception>
    /// <exception cref="PublishException">Files never rest.</exception>
    public async Task RunAsync(PublishPlan plan, CancellationToken cancel)
    {
        IReadOnlyList<PublishStep> steps = [.. plan.All];
        for (var round = 1; steps.Count > 0; round++)
        {
            await RoundAsync(steps, cancel).ConfigureAwait(false);
            if (_again.Count > 0 && round == MaxRounds) throw GiveUp();
            steps = [.. _again];
            _again.Clear();
        }
    }

    private PublishException GiveUp()
    {
        var paths = string.Join(", ", _again.Take(10).Select(s => $"'{s.Item.Path}'"));
        return new PublishException(PublishFailure.Restless, $"not all was pushed: {paths} changed whenever they were sent, or the host could not decide on them; stop what writes them, and push again");
    }

    private async Task RoundAsync(IReadOnlyList<PublishStep> steps, CancellationToken cancel)
    {
        var later = new List<PublishStep>();
        foreach (var step in steps)
        {
            // What is in a directory goes before it; what stands in the way, before all.
            if (step.Item.Action == PublishAction.Delete && later.Count > 0) await BringAsync(later, cancel).ConfigureAwait(false);
            if (step.Source is not { } source || _hostHas.Contains(step.Change.Entry.Content)) await ProposeAsync(step, null, cancel).ConfigureAwait(false);
            else if (step.Change.Entry.Size > SmallContents.MaxLength) later.Add(step);
            else if (ReadSmall(step, source) is { } bytes) await ProposeAsync(step, bytes, cancel).ConfigureAwait(false);
            else ReadAgain(step, source, cancel);
        }

        await BringAsync(later, cancel).ConfigureAwait(false);
        await SendAsync(cancel).ConfigureAwait(false);
        while (_open.Count > 0) await TakeAsync(cancel).ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte>? ReadSmall(PublishStep step, PublishedEntry source)
    {
        if (step.Change.Entry.Size == 0) return ReadOnlyMemory<byte>.Empty;
        var reading = FileReading.Of(_files, source.Path, default, keepsBytes: true);
        return reading is { Error: FsError.None, Manifest: { } manifest, Bytes: { } bytes } && manifest.Id == step.Change.Entry.Content ? bytes : null;
    }

    /// <summary>It is another file by now: what it is now is proposed in the next round.</summary>
    private void ReadAgain(PublishStep step, PublishedEntry source, CancellationToken cancel)
    {
        var now = _reader.ReadAgain(source, cancel);
        _contents.Add(now);
        var entry = step.Change.Entry with { Content = now.Content, Size = now.Stat.Stamp.Size, MtimeNs = now.Stat.Stamp.MtimeNs };
        _again.Add(step with { Source = now, Change = step.Change with { Entry = entry }, Item = step.Item with { Size = entry.Size } });
    }

    /// <summary>Sends large contents, then proposes what brings them.</summary>
    private async Task BringAsync(List<PublishStep> steps, CancellationToken cancel)
    {
        if (steps.Count == 0) return;
        await SendAsync(cancel).ConfigureAwait(false);
        var wanted = new Dictionary<ContentId, (Entry, ContentId)>();
        foreach (var step in steps) wanted.TryAdd(step.Change.Entry.Content, (step.Change.Entry, _before(step.Change.Entry.Id) is { Size: > SmallContents.MaxLength } before ? before.Content : default));
        var ends = await new PublishUploads(_session.Link, _sender, CountSent).RunAsync([.. wanted.Values], cancel).ConfigureAwait(false);
        foreach (var step in steps)
        {
            var content = step.Change.Entry.Content;
            var (status, detail) = ends.GetValueOrDefault(content, (TransferStatus.Failed, "the host did not say how it ended"));
            switch (status)
            {
                case TransferStatus.Complete:
                    _hostHas.Add(content);
                    await ProposeAsync(step, null, cancel).ConfigureAwait(false);
                    break;
                case TransferStatus.Superseded:
                    ReadAgain(step, step.Source!, cancel);
                    break;
                default:
                    _problems.Add(new Problem(step.Item.Path, ProblemCodes.Unavailable, $"The host could not take its content ({detail ?? status.ToString()})."));
                    _settled++;
                    break;
            }
        }

        steps.Clear();
    }

    private async ValueTask ProposeAsync(PublishStep step, ReadOnlyMemory<byte>? inline, CancellationToken cancel)
    {
        var entry = step.Change.Entry;
        // In a round after the first the journal's id of a directory is known.
        if (_given.TryGetValue(entry.Parent, out var parent)) entry = entry with { Parent = parent };
        _open.Add(entry.Id, step);
        _batch.Add(step.Change with { Entry = entry, Inline = inline });
        _batchInline += inline?.Length ?? 0;
        CountSent(inline?.Length ?? 0);
        if (_batch.Count < MaxChanges && _batchInline < MaxInline) return;
        await SendAsync(cancel).ConfigureAwait(false);
        while (_open.Count > MaxOpen) await TakeAsync(cancel).ConfigureAwait(false);
    }

    private async ValueTask SendAsync(CancellationToken cancel)
    {
        if (_batch.Count == 0) return;
        var changes = _batch.ToArray();
        _batch.Clear();
        _batchInline = 0;
        await _session.ProposeAsync(changes, cancel).ConfigureAwait(false);
        while (_session.Outcomes.TryRead(out var outcome)) Take(outcome);
    }

    private async ValueTask TakeAsync(CancellationToken cancel)
    {
        try
        {
            Take(await _session.Outcomes.ReadAsync(cancel).ConfigureAwait(false));
        }
        catch (System.Threading.Channels.ChannelClosedException e)
        {
            throw e.InnerException as LinkException ?? new LinkException(LinkFailure.Unreachable, "The host ended the link.");
        }
    }

    private void Take(Outcome outcome)
    {
        if (!_open.Remove(outcome.ProposedId, out var step)) return;
        var path = step.Item.Path;
        if (outcome.ProposedId.IsProvisional && outcome.Id.Value > 0 && step.Item.Kind == EntryKind.Directory) _given[outcome.ProposedId] = outcome.Id;
        switch (outcome.Verdict)
        {
            case Verdict.Accepted:
                break;
            case Verdict.NeedContent:
                _hostHas.Remove(step.Change.Entry.Content);
                _again.Add(step);
                return;
            case Verdict.Retry:
                _again.Add(step);
                return;
            case Verdict.Refused:
                _problems.Add(new Problem(path, ProblemCodes.Refused, $"The host refused the change: {outcome.Detail ?? "no reason given"}."));
                break;
            default:
                _conflicts.Add(new PublishConflict(path, outcome.Verdict == Verdict.ConflictCopy));
                break;
        }

        _progress(++_settled, BytesSent);
    }

    private void CountSent(long bytes)
    {
        if (bytes > 0) _progress(_settled, Interlocked.Add(ref _bytesSent, bytes));
    }
}
