using Sync.Engine.Link;
using Sync.Protocol.Pairing;

namespace Sync.Host.Auditing;

/// <summary>Pairing, told to the audit log: who came with which invite, and who was turned away.</summary>
internal sealed class AuditedPairing(IPairingDesk inner, IAuditLog log) : IPairingDesk
{
    private const int ShownOfFingerprint = 16;

    public async ValueTask<PairingGrant> RedeemAsync(
        string fingerprint, ReadOnlyMemory<byte> secret, string proposedName, string subPath, bool visit, CancellationToken cancel)
    {
        var stranger = new AuditEntry(AuditActor.Guest(fingerprint[..ShownOfFingerprint]), AuditActions.GuestPair) { Target = fingerprint };
        try
        {
            var grant = await inner.RedeemAsync(fingerprint, secret, proposedName, subPath, visit, cancel);
            log.Write(stranger with
            {
                Actor = AuditActor.Guest(grant.GuestName),
                Share = grant.Share,
                Detail = $"{(grant.AlreadyPaired ? "known already" : "new")}, {(grant.ReadOnly ? "read-only" : "read-write")}",
            });
            return grant;
        }
        catch (PairingException e)
        {
            log.Write(stranger with { Outcome = AuditEntry.Refused, Detail = e.Message });
            throw;
        }
        catch (LinkException e)
        {
            log.Write(stranger with { Outcome = AuditEntry.Failed, Detail = e.Message });
            throw;
        }
    }
}
