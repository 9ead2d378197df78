namespace Sync.Engine.Trees;

/// <summary>The name by which a <see cref="NameTable{T, TNaming}"/> keeps an item.</summary>
internal interface INaming<in T>
{
    static abstract string NameOf(T item);
}
