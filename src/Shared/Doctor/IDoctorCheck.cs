namespace Sync.Shared.Doctor;

/// <summary>One thing that is looked at. Bounded in time, changes nothing, and needs no rights: what it may not see it says.</summary>
internal interface IDoctorCheck
{
    /// <summary>What was found; nothing where it does not apply.</summary>
    Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel);
}
