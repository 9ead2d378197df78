using System.Net;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Pairing;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Serving;

/// <summary>Takes pairing requests: checks them, limits their failures, asks the desk.</summary>
internal sealed class PairingCounter(IPairingDesk desk, RedemptionLimiter limiter)
{
    private const int MinSecret = 16;
    private const int MaxSecret = 32;

    /// <exception cref="PairingException">Not redeemed.</exception>
    /// <exception cref="LinkException">The request makes no sense, or asks for a part of the share that is not there.</exception>
    public async Task<PairReply> PairAsync(string fingerprint, IPAddress address, PairRequest request, CancellationToken cancel)
    {
        HelloMapping.Negotiate(request.Versions);
        if (request.Secret.Length is < MinSecret or > MaxSecret) throw Bounds.Violation("a secret has a wrong length");
        var name = Bounds.Something(request.GuestName, WireLimits.MaxName, "the guest's name");
        if (name.Any(char.IsControl)) throw Bounds.Violation("the guest's name holds control characters");
        var subPath = Bounds.RelativePath(request.SubPath);
        if (!limiter.MayTry(address)) throw new PairingException(PairingFailure.Denied, "Too many failed tries: wait a minute, then try again.");
        try
        {
            var grant = await desk.RedeemAsync(fingerprint, request.Secret.Memory, name, subPath, request.Visit, cancel);
            return new PairReply
            {
                Share = grant.Share,
                GuestName = grant.GuestName,
                ReadOnly = grant.ReadOnly,
                HostName = grant.HostName,
                AlreadyPaired = grant.AlreadyPaired,
            };
        }
        catch (PairingException e) when (e.Failure != PairingFailure.NameTaken)
        {
            limiter.Failed(address);
            throw;
        }
    }
}
