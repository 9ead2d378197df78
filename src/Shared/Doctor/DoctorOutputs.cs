using Sync.Shared.Output.Json;

namespace Sync.Shared.Doctor;

/// <summary>Findings as JSON has them.</summary>
internal static class DoctorOutputs
{
    public static DoctorOutput Of(IReadOnlyList<DoctorFinding> findings) =>
        new(Word(Worst(findings)), [.. findings.Select(f => new DoctorFindingOutput(f.Check, f.Subject, Word(f.Level), f.Message, f.Mend))]);

    public static DoctorLevel Worst(IReadOnlyList<DoctorFinding> findings) => findings.Count == 0 ? DoctorLevel.Ok : findings.Max(f => f.Level);

    /// <summary>The word for a level. Scripts rely on it.</summary>
    public static string Word(DoctorLevel level) => level switch
    {
        DoctorLevel.Ok => "ok",
        DoctorLevel.Warning => "warning",
        _ => "problem",
    };
}
