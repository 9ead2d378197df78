using System.Globalization;
using Grpc.Core;
using Sync.Shared.Output;

namespace Sync.Shared.Control;

/// <summary>Carries a <see cref="CommandFailure"/> over the control API: the message as the status, the exit code and a word for scripts as trailers.</summary>
internal static class ControlErrors
{
    private const string ExitTrailer = "sync-exit";

    private const string CodeTrailer = "sync-code";

    public static RpcException ToRpc(CommandFailure failure)
    {
        var (status, code) = failure.IsNotFound ? (StatusCode.NotFound, "not-found") : failure.Code switch
        {
            ExitCode.Usage => (StatusCode.InvalidArgument, "bad-request"),
            ExitCode.ConflictsLeft => (StatusCode.FailedPrecondition, "conflicts-left"),
            ExitCode.Halted => (StatusCode.FailedPrecondition, "halted"),
            ExitCode.Unreachable => (StatusCode.Unavailable, "unreachable"),
            ExitCode.NotAllowed => (StatusCode.PermissionDenied, "not-allowed"),
            _ => (StatusCode.FailedPrecondition, "failed"),
        };
        return new RpcException(
            new Status(status, failure.Message),
            new Metadata { { ExitTrailer, ((int)failure.Code).ToString(CultureInfo.InvariantCulture) }, { CodeTrailer, code } });
    }

    /// <summary>An error of the API that no command has, with a word of its own.</summary>
    public static RpcException ToRpc(StatusCode status, string code, string message) => new(new Status(status, message), new Metadata { { CodeTrailer, code } });

    public static CommandFailure ToFailure(RpcException error)
    {
        if (error.Trailers.GetValue(ExitTrailer) is { } text
            && int.TryParse(text, CultureInfo.InvariantCulture, out var code) && Enum.IsDefined((ExitCode)code))
            return new CommandFailure((ExitCode)code, error.Status.Detail, error);
        return error.StatusCode switch
        {
            StatusCode.DeadlineExceeded => new CommandFailure("the agent did not answer in time; look at its log", error),
            StatusCode.Unavailable or StatusCode.Cancelled => new CommandFailure("the agent stopped before it had answered; start it and try again", error),
            StatusCode.Unimplemented => new CommandFailure("the running agent does not know this command; restart it with this version", error),
            _ => new CommandFailure("the agent failed: " + Printable.Text(error.Status.Detail) + "; look at its log", error),
        };
    }
}
