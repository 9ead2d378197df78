namespace Sync.Shared.Output.Json;

/// <summary>A finding of <see cref="DoctorOutput"/>.</summary>
internal sealed record DoctorFindingOutput(string Check, string? Subject, string Level, string Message, string? Mend);
