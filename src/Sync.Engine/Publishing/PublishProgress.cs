namespace Sync.Engine.Publishing;

/// <summary>How far a push is.</summary>
/// <param name="Stage">What it does now.</param>
/// <param name="Files">Files read, or changes settled.</param>
/// <param name="OfFiles">Of so many; 0: not known yet.</param>
/// <param name="Bytes">Bytes read, or sent.</param>
/// <param name="OfBytes">Of so many; 0: not known yet.</param>
public readonly record struct PublishProgress(PublishStage Stage, long Files, long OfFiles, long Bytes, long OfBytes);
