using Grpc.Core;
using Sync.Engine.Replicas;
using Sync.Engine.Tags;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Output;
using Sync.Shared.Replicas;

namespace Sync.Host.Tagging;

/// <summary>The shares' tags over the control socket.</summary>
internal sealed class TagService(IReplicaSet replicas, TimeProvider time) : Protocol.Control.Tags.TagsBase
{
    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(100);

    private readonly ReplicaSelector _selector = new(replicas);

    public override Task CreateTag(CreateTagRequest request, IServerStreamWriter<TagEvent> responseStream, ServerCallContext context) => TellingAsync(async () =>
    {
        var (share, tags) = await OneAsync(request.Share, context.CancellationToken);
        var latest = new LatestProgress<TagProgress>();
        var creating = tags.CreateAsync(request.Name, latest, context.CancellationToken);
        while (await Task.WhenAny(creating, Task.Delay(BetweenSteps, time, context.CancellationToken)) != creating)
        {
            if (latest.Take() is { } step)
                await responseStream.WriteAsync(ToEvent(step), context.CancellationToken);
        }

        await responseStream.WriteAsync(new TagEvent { Result = ToInfo(share, await creating) }, context.CancellationToken);
        return true;
    });

    public override Task<TagInfo> MakeTag(CreateTagRequest request, ServerCallContext context) => TellingAsync(async () =>
    {
        var (share, tags) = await OneAsync(request.Share, context.CancellationToken);
        return ToInfo(share, await tags.CreateAsync(request.Name, progress: null, context.CancellationToken));
    });

    public override Task<TagInfoList> ListTags(ListTagsRequest request, ServerCallContext context) => TellingAsync(async () =>
    {
        var list = new TagInfoList();
        foreach (var (label, replica) in await _selector.RunningAsync(request.Share, context.CancellationToken))
        {
            foreach (var tag in await ((IHostShare)replica).Tags.ListAsync(context.CancellationToken))
                list.Tags.Add(ToInfo(label.Share, tag));
        }

        return list;
    });

    public override Task<TagInfo> RemoveTag(RemoveTagRequest request, ServerCallContext context) => TellingAsync(async () =>
    {
        var (share, tags) = await OneAsync(request.Share, context.CancellationToken);
        return ToInfo(share, await tags.RemoveAsync(request.Name, context.CancellationToken));
    });

    private static TagEvent ToEvent(TagProgress step) => new()
    {
        Progress = new TagStep { Round = step.Round, Files = step.Files, OfFiles = step.OfFiles, Bytes = step.Bytes, OfBytes = step.OfBytes },
    };

    private static TagInfo ToInfo(string share, Tag tag) => new()
    {
        Share = share,
        Name = tag.Name,
        Revision = tag.Revision.Value,
        CreatedAtUnixMs = tag.CreatedAt.ToUnixTimeMilliseconds(),
        Files = tag.Files,
        Directories = tag.Directories,
        Symlinks = tag.Symlinks,
        Bytes = tag.Bytes,
    };

    private static async Task<T> TellingAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (TagException e)
        {
            if (e.Failure == TagFailure.Unknown)
                throw CommandFailure.NotFound(Printable.Text(e.Message));
            var code = e.Failure switch
            {
                TagFailure.BadName => ExitCode.Usage,
                TagFailure.Halted => ExitCode.Halted,
                _ => ExitCode.Failed,
            };
            throw new CommandFailure(code, Printable.Text(e.Message), e);
        }
    }

    /// <summary>The share that is named: without a name none is meant.</summary>
    private async Task<(string Share, IShareTags Tags)> OneAsync(string name, CancellationToken cancel)
    {
        if (name.Length == 0)
            throw new CommandFailure(ExitCode.Usage, "name the share; see 'sync-host share list'");
        var (label, replica) = (await _selector.RunningAsync(name, cancel))[0];
        return (label.Share, ((IHostShare)replica).Tags);
    }
}
