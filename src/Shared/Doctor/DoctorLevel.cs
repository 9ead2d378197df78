namespace Sync.Shared.Doctor;

/// <summary>How grave a finding is; in growing order.</summary>
internal enum DoctorLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Sync works, but slower, later or with less than it could; or it cannot be told.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Problem,
}
