using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Sync.Protocol.Lines;

/// <summary>An address between a virtual machine and its host, vsock(7).</summary>
/// <param name="cid">Which machine: <see cref="Host"/> is the host, <see cref="Any"/> any (to listen).</param>
/// <param name="port">Which port.</param>
public sealed class VsockEndPoint(uint cid, uint port) : EndPoint
{
    /// <summary>VMADDR_CID_ANY.</summary>
    public const uint Any = uint.MaxValue;

    /// <summary>VMADDR_CID_HOST: the host, as its guests know it.</summary>
    public const uint Host = 2;

    /// <summary>AF_VSOCK.</summary>
    internal const int Family = 40;

    private const int Size = 16;

    /// <summary>Which machine.</summary>
    public uint Cid => cid;

    /// <summary>Which port.</summary>
    public uint Port => port;

    /// <inheritdoc/>
    public override string ToString() => "vsock:" + (cid == Any ? "" : cid.ToString(CultureInfo.InvariantCulture) + ":") + port.ToString(CultureInfo.InvariantCulture);

    /// <summary>As <c>struct sockaddr_vm</c>: family (2), reserved (2), port (4), CID (4), zero (4), in the machine's byte order (little-endian on all that this runs on).</summary>
    internal byte[] ToSocketAddress()
    {
        var address = new byte[Size];
        BinaryPrimitives.WriteUInt16LittleEndian(address, Family);
        BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(4), port);
        BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(8), cid);
        return address;
    }
}
