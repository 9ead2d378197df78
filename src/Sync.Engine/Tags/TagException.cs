namespace Sync.Engine.Tags;

/// <summary>A tag could not be made, found or removed. The message says why, and what to do next.</summary>
public sealed class TagException(TagFailure failure, string message) : Exception(message)
{
    /// <summary>The reason.</summary>
    public TagFailure Failure { get; } = failure;
}
