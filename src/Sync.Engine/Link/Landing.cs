using Sync.Engine.Model;

namespace Sync.Engine.Link;

/// <summary>A file's content that came from elsewhere and stands at its place on a guest.</summary>
/// <param name="Revision">Of the change that it is of.</param>
/// <param name="Ago">How long it has stood there when this is told; by the guest's own clock, so that two clocks need not agree.</param>
public readonly record struct Landing(Revision Revision, TimeSpan Ago)
{
    /// <summary>Those of one report at the most: samples, not an account.</summary>
    public const int Most = 64;

    /// <summary>What is older is not worth telling.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromHours(1);
}
