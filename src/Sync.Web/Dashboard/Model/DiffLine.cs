namespace Sync.Web.Dashboard.Model;

/// <summary>A line of one side.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">All of it.</param>
/// <param name="Parts">Its words, and whether the other side has others; empty where the whole line is there on one side only.</param>
public sealed record DiffLine(int Number, string Text, IReadOnlyList<(string Text, bool Differs)> Parts);
