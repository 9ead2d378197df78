using System.Security.Cryptography;
using Sync.Guest.Config;
using Sync.Protocol.Control;
using Sync.Protocol.Identities;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Guest.Agent;

/// <summary>Changes which directories are joined, first on disk, then in what runs.</summary>
internal sealed class LocalBindings(ConfigStore<GuestConfig> config, DataDirectory data, IBindingRuntime runtime) : IBindings
{
    /// <summary>Checks a binding before anything is asked of the host, and again when it is added.</summary>
    /// <param name="joined">What is joined already: share, host's fingerprint, directory.</param>
    /// <param name="data">The data directory.</param>
    /// <param name="directory">The new one, a real path.</param>
    /// <param name="share">Its share.</param>
    /// <param name="host">Its host's fingerprint.</param>
    /// <exception cref="CommandFailure">It cannot be.</exception>
    public static void Check(IReadOnlyCollection<(string Share, string Host, string Directory)> joined, DataDirectory data, string directory, string share, string host)
    {
        DirectoryRules.CheckApart(directory, joined.Select(b => (Label(b.Share), b.Directory)), data.Path);
        DirectoryRules.CheckUnclaimed(directory);
        // A host knows one session of a guest and share: a second one would end the first, again and again.
        foreach (var (otherShare, otherHost, otherDirectory) in joined)
        {
            if (string.Equals(share, otherShare, StringComparison.Ordinal) && string.Equals(host, otherHost, StringComparison.OrdinalIgnoreCase))
            {
                var other = Printable.Text(otherDirectory);
                throw new CommandFailure($"share {Printable.Text(share)} is joined to {other} already; 'sync-guest leave {other}' first, or run a second guest with its own --data");
            }
        }
    }

    public Task<BindingInfo> AddAsync(BindingInfo binding, CancellationToken cancel)
    {
        var record = BindingRecord.From(binding, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        _ = record.ToDirection();
        if (!PeerIdentity.IsFingerprint(record.HostFingerprint) || record.Addresses.Count == 0 || record.Share.Length == 0)
            throw new CommandFailure("a binding needs a share, an address and the host's fingerprint; join with the host's invite");
        config.Update(current =>
        {
            Check([.. current.Bindings.Select(b => (b.Share, b.HostFingerprint, b.Directory))], data, record.Directory, record.Share, record.HostFingerprint);
            return current with { Bindings = [.. current.Bindings, record] };
        });
        runtime.Open(record);
        return Task.FromResult(record.ToInfo());
    }

    public Task<BindingInfoList> ListAsync(CancellationToken cancel)
    {
        var list = new BindingInfoList();
        list.Bindings.AddRange(config.Current.Bindings.Select(b => b.ToInfo()));
        return Task.FromResult(list);
    }

    public async Task<BindingInfo> LeaveAsync(string directory, CancellationToken cancel)
    {
        var path = RealPath.Of(directory);
        var left = config.Current.Find(path)
            ?? throw new CommandFailure($"{Printable.Text(path)} is not joined; see 'sync-guest status'");
        config.Update(current => current with { Bindings = [.. current.Bindings.Where(b => !string.Equals(b.Directory, path, StringComparison.Ordinal))] });
        await runtime.CloseAsync(left);
        var index = data.IndexDirectory(left.Id);
        if (Directory.Exists(index))
            Directory.Delete(index, recursive: true);
        return left.ToInfo();
    }

    /// <summary>What a joined directory is called in messages.</summary>
    private static string Label(string share) => "joined to share " + Printable.Text(share);
}
