namespace Sync.Engine.Link;

/// <summary>A path that is not in sync, and why. <paramref name="Code"/> is stable for scripts; see <see cref="ProblemCodes"/>.</summary>
public sealed record Problem(string Path, string Code, string Message);
