namespace Sync.Engine.Ignoring;

/// <summary>One step of a <see cref="WildProgram"/>. <paramref name="Value"/> is the byte, or the set's index.</summary>
internal readonly record struct WildOp(WildOpKind Kind, ushort Value);
