using System.IO.Hashing;

namespace Sync.Simulation.Tests.Users;

/// <summary>All that users have finished writing, by its bytes.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<UInt128, Version> _byBytes = [];

    /// <summary>What was replaced by somebody who saw it before its writer had closed it.</summary>
    private readonly Dictionary<UInt128, string> _early = [];

    public IReadOnlyCollection<Version> All => _byBytes.Values;

    /// <summary>A user has finished writing. The same bytes once more are wanted again.</summary>
    public Version Finish(string site, string path, byte[] bytes)
    {
        var version = new Version(_byBytes.Count + 1, site, path, bytes);
        _byBytes[Key(bytes)] = version;
        if (_early.TryGetValue(Key(bytes), out var how)) version.End(how);
        return version;
    }

    /// <summary>Somebody who saw these bytes has replaced or deleted them.</summary>
    public void End(byte[] bytes, string how)
    {
        if (bytes.Length == 0) return;
        if (Find(bytes) is { } version) version.End(how);
        else _early.TryAdd(Key(bytes), how);
    }

    /// <summary>The version that these bytes are; null if they are none, or an empty file.</summary>
    public Version? Find(byte[] bytes) => _byBytes.GetValueOrDefault(Key(bytes));

    public static UInt128 Key(byte[] bytes) => XxHash128.HashToUInt128(bytes);
}
