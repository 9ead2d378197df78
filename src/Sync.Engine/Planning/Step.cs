using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>The next step of one node, see <see cref="StepKind"/>.</summary>
internal readonly record struct Step(StepKind Kind, Facets Facets = Facets.None, Node? Other = null)
{
    public static readonly Step None;

    public static Step Wait(Node? on) => on is null ? None : new(StepKind.Wait, Other: on);
}
