using Sync.Web.Dashboard.Model;

namespace Sync.Web.Dashboard;

/// <summary>A word to the viewer about what was just done.</summary>
/// <param name="Number">Tells it from others.</param>
/// <param name="Tone">How it went.</param>
/// <param name="Text">For people.</param>
public sealed record Notice(long Number, Tone Tone, string Text);
