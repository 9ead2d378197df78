using System.Globalization;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Pairing;
using Sync.Protocol.Sessions;

namespace Sync.Protocol.Serving;

/// <summary>Reasons as statuses: a code for generic clients, the exact reason in a trailer.</summary>
internal static class Refusals
{
    public static RpcException ToRpc(LinkException failure) => ToRpc(CodeOf(failure.Failure), failure.Message, WireNames.Failure, (int)failure.Failure);

    public static RpcException ToRpc(PairingException failure) =>
        ToRpc(failure.Failure == PairingFailure.NameTaken ? StatusCode.AlreadyExists : StatusCode.PermissionDenied, failure.Message, WireNames.PairingFailure, (int)failure.Failure);

    private static RpcException ToRpc(StatusCode code, string message, string trailer, int reason) =>
        new(new Status(code, message), new Metadata { { trailer, reason.ToString(CultureInfo.InvariantCulture) } });

    private static StatusCode CodeOf(LinkFailure failure) => failure switch
    {
        LinkFailure.NotAllowed or LinkFailure.WrongPeer => StatusCode.PermissionDenied,
        LinkFailure.NoSuchShare => StatusCode.NotFound,
        LinkFailure.Duplicate => StatusCode.AlreadyExists,
        LinkFailure.Incompatible => StatusCode.FailedPrecondition,
        LinkFailure.Protocol => StatusCode.InvalidArgument,
        _ => StatusCode.Unavailable,
    };
}
