using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Tags;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Tags;

/// <summary>A directory that is a share: each capture is a new revision of what stands in it.</summary>
internal sealed class FakeShare(string root, IFileSystem files) : ITagSource
{
    private long _revision = 100;
    private readonly Dictionary<ContentId, string> _places = [];

    /// <summary>Called after each capture with its number, from 1 on: users who write on.</summary>
    public Action<int>? AfterCapture { get; set; }

    public int Captures { get; private set; }

    public Dictionary<ContentId, byte[]> Recently { get; } = [];

    public Task SettleAsync(CancellationToken cancel) => Task.CompletedTask;

    public Task<TagSnapshot> CaptureAsync(CancellationToken cancel)
    {
        var entries = new List<Entry>();
        Add("", EntryId.Root, entries);
        var snapshot = new TagSnapshot(new Revision(_revision++), 7, entries);
        AfterCapture?.Invoke(++Captures);
        return Task.FromResult(snapshot);
    }

    public ValueTask<ContentPlace?[]> LocateAsync(IReadOnlyList<ContentRequest> contents, CancellationToken cancel) =>
        ValueTask.FromResult<ContentPlace?[]>([.. contents.Select(c => _places.TryGetValue(c.Content, out var path) ? new ContentPlace(path, null) : (ContentPlace?)null)]);

    public byte[]? Recent(ContentId content) => Recently.GetValueOrDefault(content);

    public ContentId ContentOf(string path)
    {
        var reading = FileReading.Of(files, path, default);
        Assert.NotNull(reading.Manifest);
        return reading.Manifest.Id;
    }

    private void Add(string directory, EntryId parent, List<Entry> entries)
    {
        foreach (var info in new DirectoryInfo(Path.Combine(root, directory)).EnumerateFileSystemInfos().OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            if (directory.Length == 0 && info.Name == PrivateDirectory.Name) continue;
            var path = directory.Length == 0 ? info.Name : directory + "/" + info.Name;
            var id = new EntryId(entries.Count + 2);
            if (info is DirectoryInfo)
            {
                entries.Add(new Entry { Id = id, Parent = parent, Name = info.Name, Kind = EntryKind.Directory, Mode = 0x1ED });
                Add(path, id, entries);
            }
            else
            {
                var content = ContentOf(path);
                _places[content] = path;
                entries.Add(new Entry { Id = id, Parent = parent, Name = info.Name, Kind = EntryKind.File, Mode = 0x1A4, Size = ((FileInfo)info).Length, MtimeNs = 5, Content = content });
            }
        }
    }
}
