namespace Sync.Engine.Publishing;

/// <summary>The stages of a push.</summary>
public enum PublishStage
{
    /// <summary>The directory is read and hashed.</summary>
    Reading,

    /// <summary>Changes and contents are sent.</summary>
    Sending,

    /// <summary>The host puts all in place, durably.</summary>
    Placing,
}
