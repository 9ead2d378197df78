using Sync.Engine.Link;
using Sync.Guest.Agent;
using Sync.Protocol.Control;
using Sync.Protocol.Identities;
using Sync.Protocol.Pairing;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Guest.Commands;

/// <summary>Pairs, then binds. What can be refused here is refused before the invite is used.</summary>
internal static class Joining
{
    public static async Task<JoinOutcome> JoinAsync(DataDirectory data, JoinRequest request, CancellationToken cancel)
    {
        using var access = await BindingsAccess.OpenAsync(data, cancel);
        var directory = RealPath.Of(request.Directory);
        var joined = await access.Bindings.ListAsync(cancel);
        LocalBindings.Check(
            [.. joined.Bindings.Select(b => (b.Share, b.HostFingerprint, b.Directory))], data, directory, request.Invite.Share, request.Invite.HostFingerprint);
        var target = JoinedDirectory.Ensure(directory);
        try
        {
            using var identity = AgentIdentity.Load(data);
            var (grant, addresses) = await PairAsync(request, identity, cancel);
            var binding = new BindingInfo
            {
                Share = grant.Share,
                Directory = directory,
                SubPath = request.SubPath,
                HostFingerprint = request.Invite.HostFingerprint,
                Direction = request.Direction ?? "",
                ReadOnly = grant.ReadOnly,
                Name = grant.GuestName,
            };
            binding.Addresses.AddRange(addresses);
            return new JoinOutcome(await access.Bindings.AddAsync(binding, cancel), access.IsLive, grant.AlreadyPaired);
        }
        catch
        {
            target.Undo();
            throw;
        }
    }

    private static async Task<(PairingGrant Grant, IReadOnlyList<string> Addresses)> PairAsync(JoinRequest request, PeerIdentity identity, CancellationToken cancel)
    {
        var invite = request.Addresses.Count == 0 ? request.Invite : request.Invite with { Addresses = request.Addresses };
        try
        {
            return (await PairingClient.PairAsync(invite, address: null, identity, request.Name, request.SubPath, visit: false, cancel), invite.Addresses);
        }
        catch (PairingException e)
        {
            throw new CommandFailure(ExitCode.NotAllowed, e.Message, e);
        }
        catch (LinkException e)
        {
            throw new CommandFailure(e.Failure is LinkFailure.Unreachable or LinkFailure.Unavailable ? ExitCode.Unreachable : ExitCode.NotAllowed, e.Message, e);
        }
    }
}
