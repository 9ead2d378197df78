namespace Sync.Engine.Pulling;

/// <summary>What a pull changes at one path.</summary>
public enum EntryChange : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Nothing was there.</summary>
    Created,

    /// <summary>Other bytes, another target, or another kind.</summary>
    Updated,

    /// <summary>Mode, mtime or owner alone.</summary>
    Touched,

    /// <summary>It is not in the share.</summary>
    Deleted,
}
