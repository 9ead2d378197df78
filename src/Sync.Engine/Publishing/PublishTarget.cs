using Sync.Engine.Journal;
using Sync.Engine.Model;

namespace Sync.Engine.Publishing;

/// <summary>The directory in the share that is to become the same.</summary>
/// <param name="Tree">The share, or the part of it that is known.</param>
/// <param name="Root">The directory; where it is missing, the nearest above it.</param>
/// <param name="Missing">The names from there on.</param>
/// <param name="Path">Of <paramref name="Root"/>, in the share.</param>
internal sealed record PublishTarget(JournalTree Tree, EntryId Root, IReadOnlyList<string> Missing, string Path);
