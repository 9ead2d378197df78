using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Tags, passed on to the host.</summary>
internal sealed class TagsForward : Tags.TagsBase
{
    public override Task CreateTag(CreateTagRequest request, IServerStreamWriter<TagEvent> responseStream, ServerCallContext context) =>
        Forwarding.StreamAsync(Forwarding.Host(context).Tags.CreateTag(request, Forwarding.Options(context)), responseStream, context);

    public override Task<TagInfo> MakeTag(CreateTagRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Tags.MakeTagAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<TagInfoList> ListTags(ListTagsRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Tags.ListTagsAsync(request, Forwarding.Options(context)).ResponseAsync;

    public override Task<TagInfo> RemoveTag(RemoveTagRequest request, ServerCallContext context) =>
        Forwarding.Host(context).Tags.RemoveTagAsync(request, Forwarding.Options(context)).ResponseAsync;
}
