using System.Globalization;
using Grpc.Core;
using Sync.Shared.Output;

namespace Sync.Shared.Control;

/// <summary>Carries a <see cref="CommandFailure"/> over the control API: the message as the status, the exit code as a trailer.</summary>
internal static class ControlErrors
{
    private const string ExitTrailer = "sync-exit";

    public static RpcException ToRpc(CommandFailure failure) => new(
        new Status(StatusCode.FailedPrecondition, failure.Message),
        new Metadata { { ExitTrailer, ((int)failure.Code).ToString(CultureInfo.InvariantCulture) } });

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
