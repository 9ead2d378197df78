namespace Sync.Shared.Doctor;

/// <summary>How a program ended.</summary>
/// <param name="Code">Its exit code; -1 if it had to be ended.</param>
/// <param name="Output">stdout.</param>
/// <param name="Error">stderr.</param>
internal sealed record ProgramOutput(int Code, string Output, string Error);
