namespace Sync.Engine.Versions;

/// <summary>How long and how much the version store keeps.</summary>
/// <param name="Days">Days that displaced content is kept. Default 30.</param>
/// <param name="Percent">The most of the volume that it takes, in percent. Default 10.</param>
internal readonly record struct VersionLimits(int Days, int Percent)
{
    /// <summary>What is younger is never dropped: whoever lost something finds out within a day.</summary>
    public static readonly TimeSpan Protected = TimeSpan.FromHours(24);

    /// <summary>30 days, 10 percent.</summary>
    public static readonly VersionLimits Default = new(30, 10);
}
