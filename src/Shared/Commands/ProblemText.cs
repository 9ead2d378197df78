using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary>A problem as one line.</summary>
internal static class ProblemText
{
    public static string Line(string share, ProblemInfo problem) =>
        $"{Printable.Text(share)}: {Printable.Text(problem.Path)}: {Printable.Text(problem.Message)} [{problem.Code}]";
}
