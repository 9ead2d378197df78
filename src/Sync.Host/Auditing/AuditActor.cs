using Grpc.Core;
using Sync.Host.Access;

namespace Sync.Host.Auditing;

/// <summary>Names for who did it: <c>local</c> (this machine's user, by the control socket), <c>token:NAME</c>, <c>guest:NAME</c>.</summary>
internal static class AuditActor
{
    /// <summary>This machine's user.</summary>
    public const string Local = "local";

    /// <summary>Who has a token of the control API.</summary>
    public static string Token(string name) => "token:" + name;

    /// <summary>A paired guest, by its name; one that is not (yet), by its fingerprint's beginning.</summary>
    public static string Guest(string name) => "guest:" + name;

    /// <summary>Who makes a call.</summary>
    public static string Of(ServerCallContext context) => ApiCaller.Of(context).Name;
}
