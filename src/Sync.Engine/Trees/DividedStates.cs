using Sync.Engine.Model;

namespace Sync.Engine.Trees;

/// <summary>The states of a node whose trees do not agree, or that waits for its revision's commit.</summary>
internal sealed class DividedStates
{
    public Entry? Synced;
    public Entry? Local;
    public Entry? Remote;
    public Entry? Applied;

    /// <summary>All three trees have the same object, and nothing is tentative: the node can do without this.</summary>
    public bool Agree => Applied is null && ReferenceEquals(Synced, Local) && ReferenceEquals(Local, Remote);
}
