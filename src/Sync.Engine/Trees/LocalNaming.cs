namespace Sync.Engine.Trees;

/// <summary>Nodes by their names on disk.</summary>
internal readonly struct LocalNaming : INaming<Node>
{
    public static string NameOf(Node item) => item.Local!.Name;
}
