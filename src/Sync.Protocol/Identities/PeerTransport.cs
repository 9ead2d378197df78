namespace Sync.Protocol.Identities;

/// <summary>What carries the bytes between two peers. TLS 1.3 and the identities inside are the same over each.</summary>
public enum PeerTransport
{
    /// <summary>TCP: "HOST:PORT", or "https://HOST:PORT".</summary>
    Tcp,

    /// <summary>A Unix socket: "unix:PATH".</summary>
    Unix,

    /// <summary>A byte pipe, such as a virtio-serial port or a hypervisor's named pipe: "serial:PATH".</summary>
    Serial,

    /// <summary>A socket between a virtual machine and its host: "vsock:CID:PORT".</summary>
    Vsock,
}
