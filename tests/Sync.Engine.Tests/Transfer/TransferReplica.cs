using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Store;
using Sync.Engine.Tests.Files;
using Sync.Engine.Transfer;

namespace Sync.Engine.Tests.Transfer;

/// <summary>One replica as transfers see it: a directory, a manifest store, and where contents are.</summary>
internal sealed class TransferReplica : IContentLocator, IDisposable
{
    private readonly FileSystemUnderTest _root = new("linux");
    private readonly string _data = Directory.CreateTempSubdirectory("sync-manifests-").FullName;
    private readonly Dictionary<ContentId, ContentPlace> _places = [];
    private int _next;

    public TransferReplica(long maxLength = 1L << 40)
    {
        Manifests = new ManifestStore(_data, TimeProvider.System);
        Staging = new StagingArea(Fs);
        MaxLength = maxLength;
    }

    public long MaxLength { get; }

    /// <summary>Copies in the kernel, as where blocks can be shared.</summary>
    public bool SharesBlocks { get; init; }

    public IFileSystem Fs => _root.Fs;

    public ManifestStore Manifests { get; }

    public StagingArea Staging { get; }

    public SmallContents Small { get; } = new(1 << 20);

    /// <summary>Called before each answer of where a content is.</summary>
    public Action<ContentId>? Locating { get; set; }

    /// <summary>What is being read here just now.</summary>
    public GrowingContents? Growing { get; set; }

    public ContentSender Sender() => new(Fs, Manifests, Small, this) { Growing = Growing };

    public ContentReceiver Receiver() => new(Fs, Staging, Manifests, Small, this, MaxLength) { SharesBlocks = SharesBlocks };

    public string At(string path) => _root.At(path);

    public FileStat Stat(string path) => _root.Stat(path);

    /// <summary>Puts a file there and knows its place; of a synced file the manifest is known too.</summary>
    public Manifest Has(byte[] content, bool withManifest = true)
    {
        var path = "f" + _next++;
        File.WriteAllBytes(At(path), content);
        return Knows(path, TestContents.ManifestOf(content), withManifest);
    }

    public Manifest Knows(string path, Manifest manifest, bool withManifest = true)
    {
        _places[manifest.Id] = new ContentPlace(path, Stat(path).Stamp);
        if (withManifest && manifest.Count > 1) Manifests.Write(manifest.Id, manifest.Encode());
        return manifest;
    }

    public string PathOf(ContentId content) => At(_places[content].Path);

    public ValueTask<ContentPlace?> LocateAsync(ContentId content, EntryId entry, CancellationToken cancel)
    {
        Locating?.Invoke(content);
        return ValueTask.FromResult(_places.TryGetValue(content, out var place) ? place : (ContentPlace?)null);
    }

    public async ValueTask<ContentPlace?[]> LocateAllAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancel)
    {
        var places = new ContentPlace?[requests.Count];
        for (var i = 0; i < places.Length; i++) places[i] = await LocateAsync(requests[i].Content, requests[i].Entry, cancel);
        return places;
    }

    public string[] StagedNames() =>
        Directory.Exists(At(".sync/staging")) ? [.. Directory.GetFiles(At(".sync/staging")).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)] : [];

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
