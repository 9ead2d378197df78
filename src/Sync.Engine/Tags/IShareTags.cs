namespace Sync.Engine.Tags;

/// <summary>The tags of a share on its host. Safe from any thread.</summary>
public interface IShareTags
{
    /// <summary>Names the share's present revision, and keeps its content until the tag is removed. What is on the host's disk at the call is in it.</summary>
    /// <param name="name">See <see cref="TagName"/>.</param>
    /// <param name="progress">Told from several threads, one at a time.</param>
    /// <param name="cancel">Gives up: there is no such tag then.</param>
    /// <exception cref="TagException">It could not be made: there is no such tag.</exception>
    Task<Tag> CreateAsync(string name, IProgress<TagProgress>? progress, CancellationToken cancel);

    /// <summary>All tags, by name. One whose record is damaged has revision 0.</summary>
    /// <exception cref="TagException">The disk could not be read.</exception>
    Task<IReadOnlyList<Tag>> ListAsync(CancellationToken cancel);

    /// <summary>Removes a tag, and what no other tag keeps.</summary>
    /// <returns>The tag that was.</returns>
    /// <exception cref="TagException">There is none, or the disk could not be written.</exception>
    Task<Tag> RemoveAsync(string name, CancellationToken cancel);
}
