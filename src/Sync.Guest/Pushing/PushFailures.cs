using Sync.Engine.Link;
using Sync.Engine.Publishing;
using Sync.Protocol.Pairing;
using Sync.Shared.Output;

namespace Sync.Guest.Pushing;

/// <summary>Why a push has failed, in words and exit codes.</summary>
internal static class PushFailures
{
    /// <summary>The failure of a command; null for what is a defect.</summary>
    public static CommandFailure? Of(Exception error) => error switch
    {
        PairingException pairing => new CommandFailure(ExitCode.NotAllowed, pairing.Message, pairing),
        LinkException link => new CommandFailure(CodeOf(link.Failure), link.Message, link),
        PublishException { Failure: PublishFailure.TooManyDeletions } halt => new CommandFailure(ExitCode.Halted, halt.Message, halt),
        PublishException failure => new CommandFailure(failure.Message, failure),
        _ => null,
    };

    private static ExitCode CodeOf(LinkFailure failure) => failure switch
    {
        LinkFailure.Unreachable or LinkFailure.Unavailable => ExitCode.Unreachable,
        LinkFailure.Protocol => ExitCode.Failed,
        _ => ExitCode.NotAllowed,
    };
}
