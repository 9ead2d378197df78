using System.Runtime.InteropServices;

namespace Sync.Protocol.Identities;

/// <summary>
/// The authorities that a machine trusts are of no use to a program that pins its peers, and .NET reads them all (some 290 files) before the first handshake: 0.08 s of a guest's start, half of its
/// processor time. OpenSSL's own variables tell it where they are.
/// </summary>
public static partial class SystemTrust
{
    private const string Nowhere = "/nonexistent";

    /// <summary>Has none read. Before the first use of TLS, and only in a program all of whose peers are pinned.</summary>
    public static void LeaveOut()
    {
        if (!OperatingSystem.IsLinux()) return;
        _ = setenv("SSL_CERT_DIR", Nowhere, 1);
        _ = setenv("SSL_CERT_FILE", Nowhere, 1);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int replaces);
}
