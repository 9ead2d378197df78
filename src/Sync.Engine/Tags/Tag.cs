using Sync.Engine.Model;

namespace Sync.Engine.Tags;

/// <summary>A name for one revision of a share, whose content is kept until the tag is removed.</summary>
/// <param name="Name">See <see cref="TagName"/>.</param>
/// <param name="Revision">What it names.</param>
/// <param name="Epoch">The journal's life in which it was made: the same number in another journal is another revision.</param>
/// <param name="CreatedAt">When it was made, in UTC.</param>
/// <param name="Files">In it.</param>
/// <param name="Directories">In it, the root not counted.</param>
/// <param name="Symlinks">In it.</param>
/// <param name="Bytes">Of all its files.</param>
public sealed record Tag(string Name, Revision Revision, ulong Epoch, DateTimeOffset CreatedAt, long Files, long Directories, long Symlinks, long Bytes);
