using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Pairing;
using Sync.Protocol.Serving;

namespace Sync.Protocol.Tests.Parts;

/// <summary>The host's registry and engine, faked.</summary>
internal sealed class FakeHost : IShareServer, IPairingDesk, IGuestDirectory
{
    public ConcurrentDictionary<string, string> Guests { get; } = [];

    public ConcurrentDictionary<string, PairingFailure?> Secrets { get; } = [];

    public Channel<(string Guest, SessionHello Hello, FakeSession Session)> Opened { get; } =
        Channel.CreateUnbounded<(string, SessionHello, FakeSession)>();

    public Func<SessionHello, FakeSession> OnOpen { get; set; } = _ => new FakeSession();

    /// <summary>Answers pulls; null: there are none.</summary>
    public Func<PullRequest, IPullSource>? OnPull { get; set; }

    public ValueTask<IPullSource> OpenPullAsync(string guest, PullRequest request, CancellationToken cancel) =>
        ValueTask.FromResult(OnPull?.Invoke(request) ?? throw new LinkException(LinkFailure.NoSuchShare, "No such share."));

    public bool IsKnown(string fingerprint) => Guests.ContainsKey(fingerprint);

    public async ValueTask<IGuestSession> OpenAsync(string guest, SessionHello hello, CancellationToken cancel)
    {
        var session = OnOpen(hello);
        await Opened.Writer.WriteAsync((guest, hello, session), cancel);
        return session;
    }

    public ValueTask<PairingGrant> RedeemAsync(string fingerprint, ReadOnlyMemory<byte> secret, string proposedName, string subPath, bool visit, CancellationToken cancel)
    {
        if (!Secrets.TryGetValue(Convert.ToHexStringLower(secret.Span), out var failure)) throw new PairingException(PairingFailure.Unknown, "No such invite.");
        if (failure is { } reason) throw new PairingException(reason, "It is " + reason + ".");
        if (subPath == "nosuch") throw new LinkException(LinkFailure.NoSuchShare, "No such part.");
        if (Guests.Values.Contains(proposedName)) throw new PairingException(PairingFailure.NameTaken, "Taken.");
        Guests[fingerprint] = proposedName;
        return ValueTask.FromResult(new PairingGrant("work", proposedName, true, "the host"));
    }

    public byte[] NewSecret(PairingFailure? failure = null)
    {
        var secret = RandomNumberGenerator.GetBytes(16);
        Secrets[Convert.ToHexStringLower(secret)] = failure;
        return secret;
    }
}
