using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Store;

namespace Sync.Engine.Transfer;

/// <summary>Reads contents of this replica and turns them into frames. What goes out is what was asked for, or the transfer ends as superseded. Safe from any thread.</summary>
internal sealed class ContentSender(IFileSystem files, ManifestStore manifests, SmallContents small, IContentLocator locator)
{
    /// <summary>Frames that wait for the wire: 1 MiB.</summary>
    internal const int FramesAhead = 16;

    private readonly VerifiedManifests _manifests = new(manifests);

    /// <summary>What is being read just now, if it can be had meanwhile.</summary>
    public GrowingContents? Growing { get; init; }

    /// <summary>Answers requests: small contents in the order of their requests, as one frame each, several read at a time; large ones beside
    /// them, two at a time, their frames mixed, and whatever is small first.</summary>
    public IAsyncEnumerable<ContentFrame> Serve(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) =>
        new ServedRequests(this).RunAsync(requests, cancel);

    /// <summary>The frames of one transfer: an upload.</summary>
    public async IAsyncEnumerable<ContentFrame> Send(
        ContentRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (await AnswerSmallAsync(request, null, hasLooked: false, cancel) is { } only)
        {
            yield return only;
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var frames = Channel.CreateBounded<ContentFrame>(new BoundedChannelOptions(FramesAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => FillAsync(request, frames.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync(cancel)) yield return frame;
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>The only frames of contents that are small, or cannot be had, in the order of their requests; null for a large one.</summary>
    internal async Task<ContentFrame?[]> AnswerSmallAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancel)
    {
        var places = await locator.LocateAllAsync(requests, cancel);
        var answers = new ContentFrame?[requests.Count];
        for (var i = 0; i < answers.Length; i++) answers[i] = await AnswerSmallAsync(requests[i], places[i], hasLooked: true, cancel);
        return answers;
    }

    private async ValueTask<ContentFrame?> AnswerSmallAsync(ContentRequest request, ContentPlace? found, bool hasLooked, CancellationToken cancel)
    {
        if (request.Growing != 0) return null;
        if (request.Content == Manifest.Empty.Id) return new ContentFrame.Whole(request.Id, request.Content, ReadOnlyMemory<byte>.Empty);
        if (small.Find(request.Content) is { } known) return Small(request, known);

        if (hasLooked && found is null) return new ContentFrame.End(request.Id, TransferStatus.Superseded);
        var opened = await OpenedContent.OpenAsync(files, locator, request, found, cancel);
        if (opened.File is not { } file) return new ContentFrame.End(request.Id, opened.Status, opened.Detail);
        using (file)
        {
            if (opened.Length > SmallContents.MaxLength) return null;
            var bytes = GC.AllocateUninitializedArray<byte>((int)opened.Length);
            for (var filled = 0; filled < bytes.Length;)
            {
                var error = file.Read(filled, bytes.AsSpan(filled), out var read);
                if (error != FsError.None) return OpenedContent.Unreadable(request.Id, opened.Path, error);
                if (read == 0) return new ContentFrame.End(request.Id, TransferStatus.Superseded);
                filled += read;
            }

            // Unchanged since it was seen: the receiver's look at the bytes is enough.
            return (opened.Seen is { } seen && file.Stat(out var now) == FsError.None && now.Stamp == seen) || Manifest.OfSmall(bytes).Id == request.Content
                ? Small(request, bytes)
                : new ContentFrame.End(request.Id, TransferStatus.Superseded);
        }
    }

    private static ContentFrame Small(ContentRequest request, byte[] bytes) =>
        request.Sums is { } sums && Patch.Encode(bytes, sums) is { } patch
            ? new ContentFrame.Patched(request.Id, bytes.Length, patch.Steps, patch.Literals)
            : new ContentFrame.Whole(request.Id, request.Content, bytes);

    /// <summary>Writes all frames of a large content.</summary>
    internal Task SendLargeAsync(ContentRequest request, ChannelWriter<ContentFrame> output, CancellationToken cancel) =>
        request.Growing == 0 ? new OutgoingContent(files, _manifests, locator, request, output).RunAsync(cancel)
            : Growing?.Find(request.Growing) is { } growing ? new OutgoingGrowth(files, _manifests, growing, request, Growing, output).RunAsync(cancel)
            : output.WriteAsync(new ContentFrame.End(request.Id, TransferStatus.Superseded), cancel).AsTask();

    private async Task FillAsync(ContentRequest request, ChannelWriter<ContentFrame> output, CancellationToken cancel)
    {
        try
        {
            await SendLargeAsync(request, output, cancel);
            output.Complete();
        }
        catch (Exception e)
        {
            // Thrown again where the frames are read.
            output.Complete(e);
        }
    }
}
