using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>Where a content can be read on this replica, now. Stamp null: a staged or kept file, which nobody edits.</summary>
internal readonly record struct ContentPlace(string Path, FileStamp? Stamp);
