namespace Sync.Shared.Output.Json;

/// <summary><c>doctor --json</c>.</summary>
/// <param name="Worst">ok, warning or problem.</param>
/// <param name="Findings">In the order of the checks.</param>
internal sealed record DoctorOutput(string Worst, IReadOnlyList<DoctorFindingOutput> Findings);
