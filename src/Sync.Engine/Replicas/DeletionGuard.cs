using Sync.Engine.Control;
using Sync.Engine.Trees;

namespace Sync.Engine.Replicas;

/// <summary>
/// Judges what is deleted here before it is proposed. Many deletions wait until changes are quiet, and are judged then by their net effect: an
/// `rm -rf` that an untar follows is none, and a move is none. Deletions that follow each other are judged as one, however slowly they come and
/// however many of them are agreed already. Lives on the control loop.
/// </summary>
/// <param name="isIdle">No look and no listing is under way.</param>
/// <param name="release">Deletions that were held may be proposed.</param>
/// <param name="halt">Too many: stop, with the reason.</param>
internal sealed class DeletionGuard(ReplicaContext context, string root, Func<bool> isIdle, Action<Node> release, Action<string> halt)
{
    /// <summary>Fewer than this never halt.</summary>
    public const int MinMassDelete = 100;

    /// <summary>From this many on deletions wait for quiet; fewer go at once.</summary>
    private const int ManyDeletes = 20;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    /// <summary>Deletions with less than this between them belong together.</summary>
    private static readonly TimeSpan SpellEnd = TimeSpan.FromSeconds(10);

    private readonly HashSet<Node> _missing = [];
    private readonly List<Node> _held = [];

    /// <summary>Entries here when the deletions began; null: none is under way.</summary>
    private long? _before;

    private int _gone;
    private int _judged;
    private long _lastLoss;
    private bool _isWatching;

    /// <summary>A person agreed to what was asked about: nothing is judged for a while.</summary>
    public bool IsOff { get; private set; }

    private bool NeverHalts => IsOff || context.Policy.MaxDeletePercent >= 100;

    private long Here => context.Trees.LocalFiles + context.Trees.LocalDirectories + context.Trees.LocalSymlinks;

    /// <summary>Takes note of what a node is now.</summary>
    public void Note(Node node)
    {
        if (node is { Local: null, Synced: not null, IsRemote: true })
        {
            if (!_missing.Add(node)) return;
            _lastLoss = context.Time.GetTimestamp();
            if (_before is not null) return;
            _before = Here + _missing.Count;
            WatchSpell();
        }
        else if (_missing.Remove(node) && node.Local is null && !context.Reconciler.Planner.IsPacked(node))
        {
            _gone++;
        }
    }

    /// <summary>Deletions planned now have to be handed to <see cref="Hold"/>.</summary>
    public bool HoldsNow()
    {
        if (NeverHalts || _missing.Count == 0 || Lost(_missing.Count) is var lost && (lost < ManyDeletes || lost <= _judged))
        {
            Release();
            return false;
        }

        if (!_isWatching) Watch(context.Time.GetTimestamp());
        return true;
    }

    public void Hold(Node node) => _held.Add(node);

    /// <summary>Goes on after a halt or a pause; what waits is judged anew, or with <paramref name="force"/> is agreed to.</summary>
    public void Resume(bool force)
    {
        if (force)
        {
            IsOff = true;
            context.After(TimeSpan.FromMinutes(1), () => IsOff = false);
            EndSpell();
        }

        _judged = 0;
        Release();
    }

    /// <summary>By how much less is here than when the deletions began, as far as deletions made here account for it.</summary>
    private long Lost(int missing) => Math.Max(missing, Math.Min(missing + _gone, (_before ?? 0) - Here));

    private void Watch(long since)
    {
        _isWatching = true;
        var count = _missing.Count;
        context.After(Quiet, () =>
        {
            // RULE: `git gc` is no mass deletion, however much of the share a repository is.
            var missing = _missing.Count(node => !context.Reconciler.Planner.IsPacked(node));
            var lost = Lost(missing);
            var known = lost > missing ? _before!.Value : Here + _missing.Count;
            var tooMany = lost >= MinMassDelete && lost * 100L > known * context.Policy.MaxDeletePercent;
            var quiet = _missing.Count == count && isIdle();
            // A tree that never rests: what is plainly within bounds goes on.
            if (!quiet && (tooMany || context.Time.GetElapsedTime(since) < LongestHold))
            {
                Watch(since);
                return;
            }

            _isWatching = false;
            _judged = (int)Lost(_missing.Count);
            if (tooMany && !NeverHalts)
                halt($"{lost} of {known} entries are gone from '{root}', more than max-delete allows ({context.Policy.MaxDeletePercent} %). 'resume --force' deletes them everywhere; or put them back and 'resume'.");
            else
                Release();
        });
    }

    private void WatchSpell() => context.After(SpellEnd, () =>
    {
        if (_before is null) return;
        if (_held.Count == 0 && !_isWatching && context.Time.GetElapsedTime(_lastLoss) >= SpellEnd) EndSpell();
        else WatchSpell();
    });

    private void EndSpell()
    {
        _before = null;
        _gone = 0;
        _judged = 0;
    }

    private void Release()
    {
        if (_held.Count == 0) return;
        foreach (var node in _held) release(node.Current);
        _held.Clear();
    }
}
