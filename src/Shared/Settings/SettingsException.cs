using Sync.Shared.Output;

namespace Sync.Shared.Settings;

/// <summary>Settings that cannot be used. One line for each fault: where, what, and what it should be.</summary>
internal sealed class SettingsException(IReadOnlyList<string> faults) : Exception(string.Join("; ", faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;

    /// <summary>As a command's failure.</summary>
    public CommandFailure ToFailure() => new(Message + " (see 'config check')", this);
}
