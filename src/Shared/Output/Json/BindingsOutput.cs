namespace Sync.Shared.Output.Json;

/// <summary><c>list --json</c> of a guest.</summary>
internal sealed record BindingsOutput(IReadOnlyList<BindingOutput> Bindings);
