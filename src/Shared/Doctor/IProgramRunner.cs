namespace Sync.Shared.Doctor;

/// <summary>Runs other programs, for what they print.</summary>
internal interface IProgramRunner
{
    /// <summary>Runs it to its end, or for some seconds.</summary>
    /// <returns>What it printed; null if it is not installed.</returns>
    Task<ProgramOutput?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel);
}
