namespace Sync.Shared.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">Which check, in one word; scripts rely on it.</param>
/// <param name="Level">How grave it is.</param>
/// <param name="Message">What was found, with figures; for people.</param>
/// <param name="Mend">The command that mends it; null if there is none, or no need.</param>
/// <param name="Subject">The share or host it concerns; null: the machine.</param>
internal sealed record DoctorFinding(string Check, DoctorLevel Level, string Message, string? Mend = null, string? Subject = null)
{
    public static DoctorFinding Ok(string check, string message, string? subject = null) => new(check, DoctorLevel.Ok, message, Subject: subject);

    public static DoctorFinding Warning(string check, string message, string? mend = null, string? subject = null) => new(check, DoctorLevel.Warning, message, mend, subject);

    public static DoctorFinding Problem(string check, string message, string? mend = null, string? subject = null) => new(check, DoctorLevel.Problem, message, mend, subject);
}
