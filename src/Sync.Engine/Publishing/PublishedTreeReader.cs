using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Store;

namespace Sync.Engine.Publishing;

/// <summary>Reads the directory that is pushed: lists it by the share's ignore rules, then hashes its files, a few at a time.</summary>
/// <param name="files">The directory.</param>
/// <param name="manifests">Where chunk lists are kept for the transfer.</param>
/// <param name="progress">Told of each file.</param>
internal sealed class PublishedTreeReader(IFileSystem files, ManifestStore manifests, IProgress<PublishProgress>? progress)
{
    /// <summary>Reads of one file that changes under each.</summary>
    public const int MaxReads = 5;

    private const int Workers = 2;
    private const int ListedProblems = 10;

    private readonly List<PublishedEntry> _entries = [];
    private readonly List<string> _skipped = [];
    private readonly List<string> _problems = [];

    /// <summary>Reads it all.</summary>
    /// <exception cref="PublishException">Something cannot be read, named, or never rests.</exception>
    public PublishedTree Read(SharePolicy policy, string subPath, CancellationToken cancel)
    {
        var rules = List(policy, subPath, cancel);
        Fail(PublishFailure.Unreadable, "cannot be read or named in the share; mend that, or leave it out with .syncignore: nothing was pushed");
        Hash(cancel);
        return new PublishedTree(_entries, rules, _skipped);
    }

    /// <summary>Reads one file again.</summary>
    /// <exception cref="PublishException">It cannot be read, or never rests.</exception>
    public PublishedEntry ReadAgain(PublishedEntry entry, CancellationToken cancel)
    {
        var read = Hash(entry, cancel);
        Fail(PublishFailure.Restless, "cannot be read as it is at one moment; stop what writes it, or leave it out with .syncignore");
        return read;
    }

    private IgnoreRules List(SharePolicy policy, string subPath, CancellationToken cancel)
    {
        var fold = files.Traits.FoldsCase;
        var rules = IgnoreRules.Root(policy, fold);
        var names = subPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names.SkipLast(1)) rules = rules.Enter(name, null, null);
        var (sync, git) = RulesIn("", policy, fold);
        rules = names.Length == 0 ? IgnoreRules.Root(policy, sync, git, fold) : rules.Enter(names[^1], sync, git);

        // Depth costs a list, not the stack.
        var open = new Stack<(int Index, string Path, IgnoreRules Rules)>([(-1, "", rules)]);
        var items = new List<DirectoryItem>();
        while (open.TryPop(out var directory))
        {
            cancel.ThrowIfCancellationRequested();
            items.Clear();
            var error = files.List(directory.Path, items);
            if (error != FsError.None)
            {
                Problem(directory.Path.Length == 0 ? "." : directory.Path, error.InWords());
                continue;
            }

            foreach (var item in items.OrderBy(i => i.Display, StringComparer.Ordinal)) Add(directory.Index, directory.Path, directory.Rules, item, policy, open);
        }

        return rules;
    }

    private void Add(int parent, string directory, IgnoreRules rules, DirectoryItem item, SharePolicy policy, Stack<(int, string, IgnoreRules)> open)
    {
        var path = directory.Length == 0 ? item.Display : directory + "/" + item.Display;
        if (item.Name is not { } name)
        {
            Problem(path, "its name is not UTF-8");
            return;
        }

        // A replica's own directory is no part of what is in it.
        if (parent < 0 && name == PrivateDirectory.Name) return;
        if (item.Error == FsError.NotFound || rules.IsIgnored(name, item.Stat.Kind == EntryKind.Directory)) return;
        if (item.Error != FsError.None)
        {
            Problem(path, item.Error.InWords());
            return;
        }

        var entry = new PublishedEntry(parent, name, path, item.Stat);
        switch (item.Stat.Kind)
        {
            case EntryKind.Directory:
                var (sync, git) = RulesIn(path, policy, files.Traits.FoldsCase);
                entry = entry with { Rules = rules.Enter(name, sync, git) };
                open.Push((_entries.Count, path, entry.Rules));
                break;
            case EntryKind.Symlink:
                var error = files.ReadLink(path, out var target);
                if (error != FsError.None)
                {
                    Problem(path, error.InWords());
                    return;
                }

                entry = entry with { LinkTarget = target, Content = ContentIds.OfLink(target!) };
                break;
            case EntryKind.File:
                break;
            default:
                _skipped.Add(path);
                return;
        }

        _entries.Add(entry);
    }

    private (IgnoreFile? Sync, IgnoreFile? Git) RulesIn(string path, SharePolicy policy, bool fold) =>
        (RuleFile.Read(files, SharePath.Join(path, IgnoreRules.SyncIgnoreName), fold, out _)?.Rules,
         policy.VcsIgnore ? RuleFile.Read(files, SharePath.Join(path, IgnoreRules.GitIgnoreName), fold, out _)?.Rules : null);

    private void Hash(CancellationToken cancel)
    {
        var todo = Enumerable.Range(0, _entries.Count).Where(i => _entries[i].Kind == EntryKind.File).ToArray();
        var total = todo.Sum(i => _entries[i].Stat.Stamp.Size);
        long read = 0, bytes = 0;
        progress?.Report(new PublishProgress(PublishStage.Reading, 0, todo.Length, 0, total));
        Parallel.ForEach(todo, new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancel }, i =>
        {
            // Each has a place of its own in the list.
            _entries[i] = Hash(_entries[i], cancel);
            var done = Interlocked.Add(ref bytes, _entries[i].Stat.Stamp.Size);
            progress?.Report(new PublishProgress(PublishStage.Reading, Interlocked.Increment(ref read), todo.Length, done, total));
        });
        Fail(PublishFailure.Restless, "cannot be read as it is at one moment; stop what writes it, or leave it out with .syncignore: nothing was pushed");
    }

    private PublishedEntry Hash(PublishedEntry entry, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reading = FileReading.Of(files, entry.Path, cancel, manifests.Key);
            if (reading.Error != FsError.None)
            {
                Problem(entry.Path, reading.Error.InWords());
                return entry;
            }

            if (reading is { Changed: false, Manifest: { } manifest })
            {
                Keep(manifest, reading.Sums);
                return entry with { Stat = reading.Stat, Content = manifest.Id };
            }

            if (attempt < MaxReads) continue;
            Problem(entry.Path, "it changes whenever it is read");
            return entry;
        }
    }

    private void Keep(Manifest manifest, BlockSums? sums)
    {
        if (manifest.Count <= 1) return;
        var bytes = manifest.Encode();
        if (bytes.Length > ManifestStore.MaxBytes) return;
        manifests.Write(manifest.Id, bytes);
        if (sums is not null) manifests.WriteSums(manifest.Id, sums);
    }

    private void Problem(string path, string why)
    {
        lock (_problems) _problems.Add($"'{path}' ({why})");
    }

    private void Fail(PublishFailure failure, string what)
    {
        if (_problems.Count == 0) return;
        var more = _problems.Count > ListedProblems ? $" and {_problems.Count - ListedProblems} more" : "";
        throw new PublishException(failure, $"{string.Join(", ", _problems.Take(ListedProblems))}{more} {what}");
    }
}
