using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A name for a revision, whose content is kept. A damaged one is known by its name alone.</summary>
internal sealed record TagOutput(
    string Share, string Name, long? Revision, DateTimeOffset? CreatedAt, long Files, long Directories, long Symlinks, long Bytes, bool Damaged)
{
    public static TagOutput From(TagInfo tag) => new(
        tag.Share,
        tag.Name,
        tag.Revision == 0 ? null : tag.Revision,
        tag.Revision == 0 ? null : Text.Moment(tag.CreatedAtUnixMs),
        tag.Files,
        tag.Directories,
        tag.Symlinks,
        tag.Bytes,
        tag.Revision == 0);
}
