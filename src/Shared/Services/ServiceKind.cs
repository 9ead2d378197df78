namespace Sync.Shared.Services;

/// <summary>Who runs services.</summary>
internal enum ServiceKind
{
    /// <summary>Linux.</summary>
    Systemd,

    /// <summary>macOS.</summary>
    Launchd,

    /// <summary>Windows' service control manager.</summary>
    Windows,
}
