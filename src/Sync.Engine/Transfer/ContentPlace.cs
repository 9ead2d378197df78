using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>Where a content can be read on this replica, now. Stamp null: a staged or kept file, which nobody edits.</summary>
internal readonly record struct ContentPlace(string Path, FileStamp? Stamp)
{
    /// <summary>The file may have CRLF where the content has LF: it is what it is asked for in one form or the other.</summary>
    public bool MayBeConverted { get; init; }
}
