using Sync.Engine.Link;
using Sync.Engine.Pulling;
using Sync.Protocol.Pairing;
using Sync.Shared.Output;

namespace Sync.Guest.Pulling;

/// <summary>What a pull that failed ends with.</summary>
internal static class PullFailures
{
    /// <summary>The failure in the command line's terms; null: it is none of a pull's own.</summary>
    public static CommandFailure? Of(Exception failure) => failure switch
    {
        WorkspaceException e => new CommandFailure(CodeOf(e.Trouble), e.Message, e),
        RestlessFilesException e => new CommandFailure(e.Message, e),
        PairingException e => new CommandFailure(ExitCode.NotAllowed, e.Message, e),
        LinkException e => new CommandFailure(CodeOf(e.Failure), e.Message, e),
        _ => null,
    };

    private static ExitCode CodeOf(WorkspaceTrouble trouble) => trouble switch
    {
        WorkspaceTrouble.Foreign => ExitCode.Halted,
        WorkspaceTrouble.Denied => ExitCode.NotAllowed,
        _ => ExitCode.Failed,
    };

    private static ExitCode CodeOf(LinkFailure failure) => failure switch
    {
        LinkFailure.Unreachable or LinkFailure.Unavailable => ExitCode.Unreachable,
        LinkFailure.Incompatible or LinkFailure.Protocol => ExitCode.Failed,
        _ => ExitCode.NotAllowed,
    };
}
