using Sync.Shared.Doctor;

namespace Sync.Host.Tests.Doctor;

/// <summary>Programs that are installed, by their whole command lines, and what they print.</summary>
internal sealed class FakePrograms : Dictionary<string, ProgramOutput>, IProgramRunner
{
    public Task<ProgramOutput?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel) =>
        Task.FromResult(this.GetValueOrDefault(string.Join(' ', arguments.Prepend(program))));

    public void Add(string line, string output, int code = 0) => Add(line, new ProgramOutput(code, output, ""));
}
