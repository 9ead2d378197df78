namespace Sync.Guest.Config;

/// <summary>What sync-guest remembers: config.json in its data directory.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record GuestConfig
{
    /// <summary>The form of the file, for later versions to tell.</summary>
    public int Version { get; set; } = 1;

    public IReadOnlyList<BindingRecord> Bindings { get; set; } = [];

    public BindingRecord? Find(string directory) => Bindings.FirstOrDefault(b => string.Equals(b.Directory, directory, StringComparison.Ordinal));

    /// <summary>This with a binding put in the place of the one of its directory.</summary>
    public GuestConfig With(BindingRecord binding) => this with
    {
        Bindings = [.. Bindings.Select(b => string.Equals(b.Directory, binding.Directory, StringComparison.Ordinal) ? binding : b)],
    };
}
