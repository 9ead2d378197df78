using Grpc.Core;
using Sync.Host.Access;

namespace Sync.Host.Auditing;

/// <summary>Names for who did it: <c>local</c> (this machine's user, by the control socket), <c>token:NAME</c>, <c>guest:NAME</c>, <c>unknown</c>.</summary>
internal static class AuditActor
{
    /// <summary>This machine's user.</summary>
    public const string Local = "local";

    /// <summary>Whoever came to the API without a good token.</summary>
    public const string Unknown = "unknown";

    /// <summary>A paired guest, by its name; one that is not (yet), by its fingerprint's beginning.</summary>
    public static string Guest(string name) => "guest:" + name;

    /// <summary>Who makes a call, as the gate before it found out.</summary>
    public static string Of(ServerCallContext context) => ApiCaller.Of(context).Name;
}
