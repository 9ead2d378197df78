using System.IO.Hashing;
using Sync.Engine.LineEnds;
using Sync.Simulation.Tests.Disks;

namespace Sync.Simulation.Tests.Users;

/// <summary>All that users have finished writing, by its bytes.</summary>
internal sealed class Ledger
{
    /// <summary>The key of no bytes.</summary>
    public static readonly UInt128 Nothing = Key([]);

    private readonly Dictionary<UInt128, Version> _byBytes = [];

    /// <summary>What was replaced by somebody who saw it before its writer had closed it.</summary>
    private readonly Dictionary<UInt128, string> _early = [];

    public IReadOnlyCollection<Version> All => _byBytes.Values;

    /// <summary>A user has finished writing. The same bytes once more are wanted again.</summary>
    public Version Finish(string site, string path, Inode file)
    {
        var version = new Version(_byBytes.Count + 1, site, path, file.Data);
        _byBytes[file.Key] = version;
        if (_early.TryGetValue(file.Key, out var how)) version.End(how);
        return version;
    }

    /// <summary>Somebody who saw these bytes has replaced or deleted them.</summary>
    public void End(Inode file, string how) => End(file.Key, how);

    /// <summary>Somebody who saw the bytes with this key has replaced or deleted them.</summary>
    public void End(UInt128 key, string how)
    {
        if (key == Nothing) return;
        if (_byBytes.TryGetValue(key, out var version)) version.End(how);
        else _early.TryAdd(key, how);
    }

    /// <summary>The version that a file's bytes are; null if they are none, or an empty file.</summary>
    public Version? Find(Inode file) => Find(file.Key);

    /// <inheritdoc cref="Find(Inode)"/>
    public Version? Find(UInt128 key) => _byBytes.GetValueOrDefault(key);

    /// <summary>What bytes are known by: texts of CRLF by what they are with LF.</summary>
    public static UInt128 Key(ReadOnlySpan<byte> bytes) => XxHash128.HashToUInt128(LineText.IsCrlf(bytes) ? LineText.ToLf(bytes) : bytes);
}
