using Grpc.Core;

namespace Sync.Host.Auditing;

/// <summary>Names for who did it: <c>local</c> (this machine's user, by the control socket), <c>token:NAME</c>, <c>guest:NAME</c>.</summary>
internal static class AuditActor
{
    /// <summary>This machine's user.</summary>
    public const string Local = "local";

    /// <summary>Metadata of a call that something in front of the control socket makes for another. Who can open the socket is this machine's
    /// user, and could do as much without it.</summary>
    public const string Header = "sync-actor";

    private const int Longest = 128;

    /// <summary>Who has a token of the control API.</summary>
    public static string Token(string name) => "token:" + name;

    /// <summary>A paired guest, by its name; one that is not (yet), by its fingerprint's beginning.</summary>
    public static string Guest(string name) => "guest:" + name;

    /// <summary>Who makes a call.</summary>
    public static string Of(ServerCallContext context) =>
        context.RequestHeaders.GetValue(Header) is { Length: > 0 and <= Longest } named ? named : Local;
}
