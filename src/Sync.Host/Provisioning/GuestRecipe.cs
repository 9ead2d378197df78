namespace Sync.Host.Provisioning;

/// <summary>What a fresh machine needs to become a guest.</summary>
/// <param name="Name">What it is called on the host.</param>
/// <param name="Share">What it joins.</param>
/// <param name="Directory">Where, on that machine: absolute.</param>
/// <param name="Token">A single-use invite, which holds the host's fingerprint.</param>
/// <param name="Archive">Where the guest's archive is, by HTTPS from the host.</param>
/// <param name="Sha256">Of the archive: 64 lower-case hexadecimal digits. It, not the server's certificate, says that the archive is the right one.</param>
/// <param name="User">As whom the agent runs there, and whose the files are: the name of a user of that machine. Null: root, or who runs the recipe.</param>
internal sealed record GuestRecipe(string Name, string Share, string Directory, string Token, Uri Archive, string Sha256, string? User = null);
