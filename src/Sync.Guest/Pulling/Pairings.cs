using System.Text.Json;
using Sync.Guest.Config;
using Sync.Protocol.Identities;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Guest.Pulling;

/// <summary>
/// The pairings that pulls have made, a file each in the data directory; and those of joined directories. Each file is replaced whole, so pulls need no lock on the data
/// directory, which a running agent holds.
/// </summary>
internal sealed class Pairings(DataDirectory data)
{
    private string Folder => Path.Combine(data.Path, "pairings");

    /// <summary>The pairing with one host for a share; null: none is known.</summary>
    public PairingRecord? Find(string share, string hostFingerprint) => All(share).FirstOrDefault(p => string.Equals(p.HostFingerprint, hostFingerprint, StringComparison.Ordinal));

    /// <summary>The pairing for a share.</summary>
    /// <exception cref="CommandFailure">There is none, or there are several.</exception>
    public PairingRecord Find(string share)
    {
        var found = All(share).DistinctBy(static p => p.HostFingerprint, StringComparer.Ordinal).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new CommandFailure(ExitCode.NotAllowed, $"{Printable.Text(share)} is neither an invite nor a share that this guest was paired for; name a token of 'sync-host invite' once"),
            _ => throw new CommandFailure($"several hosts have given this guest a share {Printable.Text(share)}; pull with a token of the one that is meant"),
        };
    }

    /// <summary>Keeps one.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public void Keep(PairingRecord pairing)
    {
        data.Ensure();
        try
        {
            Directory.CreateDirectory(Folder);
            AtomicFile.Write(PathOf(pairing), JsonSerializer.SerializeToUtf8Bytes(pairing, GuestConfigJson.Readable.PairingRecord));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"the pairing cannot be kept in {Printable.Text(Folder)} ({e.Message}); choose another data directory with --data", e);
        }
    }

    private IEnumerable<PairingRecord> All(string share)
    {
        if (Directory.Exists(Folder))
        {
            foreach (var path in Directory.EnumerateFiles(Folder, "*.json"))
            {
                if (Read(path) is { } pairing && string.Equals(pairing.Share, share, StringComparison.Ordinal)) yield return pairing;
            }
        }

        foreach (var binding in ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig()).Current.Bindings)
        {
            if (string.Equals(binding.Share, share, StringComparison.Ordinal)) yield return new PairingRecord(binding.Share, binding.HostFingerprint, binding.Addresses, binding.Name);
        }
    }

    private static PairingRecord? Read(string path)
    {
        try
        {
            var pairing = JsonSerializer.Deserialize(File.ReadAllBytes(path), GuestConfigJson.Readable.PairingRecord);
            return pairing is { Share: not null, Addresses.Count: > 0, HostFingerprint: not null } && PeerIdentity.IsFingerprint(pairing.HostFingerprint) ? pairing : null;
        }
        catch (JsonException e)
        {
            throw new CommandFailure($"{Printable.Text(path)} is not valid; remove it, and pull with a token", e);
        }
    }

    // Names of shares and fingerprints are safe in a file's name: the host's rule for the one, digits for the other. What is not is not trusted to be.
    private string PathOf(PairingRecord pairing)
    {
        if (pairing.Share.AsSpan().ContainsAny('/', '\0', '\\') || pairing.Share.Length == 0) throw new CommandFailure("the share's name cannot be kept; ask the host for another");
        return Path.Combine(Folder, $"{pairing.Share}-{pairing.HostFingerprint}.json");
    }
}
