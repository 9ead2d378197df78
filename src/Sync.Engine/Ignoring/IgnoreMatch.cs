namespace Sync.Engine.Ignoring;

/// <summary>What decided about a name: the last pattern that matches it.</summary>
internal readonly record struct IgnoreMatch(IgnoreFile File, IgnorePattern Pattern);
