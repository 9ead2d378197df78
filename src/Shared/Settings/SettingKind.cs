namespace Sync.Shared.Settings;

/// <summary>What a setting's text must be.</summary>
internal enum SettingKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A file's path; a flag's is from the working directory, all others from the data directory.</summary>
    File,

    /// <summary>A log level's word.</summary>
    Level,

    /// <summary>Where to wait for guests, see <see cref="ListenText"/>.</summary>
    Listen,

    /// <summary>ADDR:PORT.</summary>
    Endpoint,

    /// <summary>Bytes a second, such as 500K or 20M; 0: as many as there can be.</summary>
    Rate,

    /// <summary>HH:MM.</summary>
    TimeOfDay,

    /// <summary>"daily", or days of the week and ranges of them: mon-fri, sat sun.</summary>
    Days,

    /// <summary>http:// or https://.</summary>
    Url,

    /// <summary>A direction of a share.</summary>
    Direction,

    /// <summary>A conflict policy.</summary>
    Conflicts,

    /// <summary>0 to 100.</summary>
    Percent,

    /// <summary>A number from 0 on.</summary>
    Count,

    /// <summary>Bytes, such as 64M.</summary>
    Size,
}
