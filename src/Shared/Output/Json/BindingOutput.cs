using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A joined directory.</summary>
internal sealed record BindingOutput(
    string Share, string Directory, string SubPath, IReadOnlyList<string> Addresses, string HostFingerprint, string? Direction, bool ReadOnly, bool Paused)
{
    public static BindingOutput From(BindingInfo binding) => new(
        binding.Share, binding.Directory, binding.SubPath, [.. binding.Addresses], binding.HostFingerprint, Text.OrNull(binding.Direction), binding.ReadOnly, binding.Paused);
}
