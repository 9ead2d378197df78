using Sync.Protocol.Identities;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>How the way to a host is written.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("10.0.0.1:7443", PeerTransport.Tcp, "10.0.0.1", 7443u)]
    [InlineData("[fe80::1]:7443", PeerTransport.Tcp, "fe80::1", 7443u)]
    [InlineData("unix:/run/sync/host.sock", PeerTransport.Unix, "/run/sync/host.sock", 0u)]
    [InlineData("serial:/dev/virtio-ports/sync", PeerTransport.Serial, "/dev/virtio-ports/sync", 0u)]
    [InlineData(@"serial:\\.\pipe\sync", PeerTransport.Serial, @"\\.\pipe\sync", 0u)]
    [InlineData("vsock:2:7443", PeerTransport.Vsock, "2", 7443u)]
    public void An_address_is_read_and_written_the_same(string text, PeerTransport transport, string host, uint port)
    {
        Assert.True(PeerAddress.TryParse(text, out PeerAddress address));
        Assert.Equal((transport, host, port), (address.Transport, address.Host, address.Port));
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void A_scheme_before_host_and_port_says_nothing_more()
    {
        Assert.True(PeerAddress.TryParse("https://build.example:7443", out PeerAddress address));
        Assert.Equal("build.example:7443", address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("ho st:1")]
    [InlineData("[10.0.0.1]:1")]
    [InlineData("http://host:1")]
    [InlineData("https://unix:99")]
    [InlineData("https://vsock:2")]
    [InlineData("unix:")]
    [InlineData("unix:/")]
    [InlineData("unix:relative")]
    [InlineData("unix:/a,b")]
    [InlineData("unix:/a\nb")]
    [InlineData("serial:COM1")]
    [InlineData("vsock:2")]
    [InlineData("vsock:2:")]
    [InlineData("vsock::1")]
    [InlineData("vsock:-1:1")]
    [InlineData("vsock:4294967295:1")]
    [InlineData("vsock:4294967296:1")]
    [InlineData("vsock:2:1:1")]
    public void What_is_none_is_refused(string text) => Assert.False(PeerAddress.TryParse(text, out _));

    [Fact]
    public void A_socket_path_is_as_long_as_the_kernel_takes_it()
    {
        Assert.True(PeerAddress.TryParse("unix:/" + new string('a', 106), out _));
        Assert.False(PeerAddress.TryParse("unix:/" + new string('a', 107), out _));
    }
}
