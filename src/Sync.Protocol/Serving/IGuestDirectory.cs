namespace Sync.Protocol.Serving;

/// <summary>Which guests the host knows; implemented by the host's registry. Asked on every call, from any thread: keep it in memory.</summary>
public interface IGuestDirectory
{
    /// <summary>True for a guest that was paired and not revoked.</summary>
    /// <param name="fingerprint">64 lower-case hexadecimal digits.</param>
    bool IsKnown(string fingerprint);
}
