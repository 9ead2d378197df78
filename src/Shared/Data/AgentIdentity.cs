using Sync.Protocol.Identities;
using Sync.Shared.Output;

namespace Sync.Shared.Data;

/// <summary>The agent's identity, made at the first start.</summary>
internal static class AgentIdentity
{
    public static PeerIdentity Load(DataDirectory data)
    {
        try
        {
            return PeerIdentity.LoadOrCreate(data.IdentityDirectory);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(e.Message, e);
        }
    }
}
