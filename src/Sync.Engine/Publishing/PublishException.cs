namespace Sync.Engine.Publishing;

/// <summary>A push could not be done. The message says why, at which path, and what to do next.</summary>
public sealed class PublishException(PublishFailure failure, string message) : Exception(message)
{
    /// <summary>The reason.</summary>
    public PublishFailure Failure { get; } = failure;
}
