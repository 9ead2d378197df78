namespace Sync.Engine.Pulling;

/// <summary>Files changed on the host in every round: there was no moment at which all could be had.</summary>
public sealed class RestlessFilesException(int rounds, IReadOnlyList<string> paths, bool areUnreadable) : Exception(
    $"{(areUnreadable ? "The host cannot read" : $"In {rounds} rounds these files of the share never rested")}: {string.Join(", ", paths.Take(MaxShown))}"
    + (paths.Count > MaxShown ? $" and {paths.Count - MaxShown} more" : "") + (areUnreadable ? ". See 'sync-host status' there." : ". Pull again when they rest."))
{
    private const int MaxShown = 20;

    /// <summary>Which.</summary>
    public IReadOnlyList<string> Paths { get; } = paths;
}
