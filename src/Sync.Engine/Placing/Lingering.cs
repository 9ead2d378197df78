using Sync.Delta;
using Sync.Engine.Files;

namespace Sync.Engine.Placing;

/// <summary>A displaced file that a program still has open for writing: watched until it is closed, because what is written late is an edit.</summary>
internal sealed record Lingering(string Path, string OriginalPath, FileStat Stat, string Reason, ContentId Content);
