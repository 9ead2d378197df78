namespace Sync.Engine.Publishing;

/// <summary>What a push does with one path.</summary>
public enum PublishAction
{
    /// <summary>Nothing of that kind stood there.</summary>
    Add,

    /// <summary>Other bytes, or another target, stood there.</summary>
    Replace,

    /// <summary>The bytes are the same; mtime, mode or owner are not.</summary>
    Touch,

    /// <summary>It is not in the directory.</summary>
    Delete,
}
