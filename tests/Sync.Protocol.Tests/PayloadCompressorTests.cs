using System.Text;
using Sync.Protocol.Transfers;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>What is packed, by how long writes take.</summary>
public sealed class PayloadCompressorTests
{
    private const int Payload = 64 << 10;

    /// <summary>Packed on any link.</summary>
    private const int BurstPayloads = (16 << 20) / Payload;

    private readonly PayloadCompressor _compressor = new(isUnderstood: true);
    private readonly byte[] _plain = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"int v{i};\n")))[..Payload];
    private readonly byte[] _packed = new byte[Payload];

    [Fact]
    public void Over_a_slow_link_behind_large_buffers_nearly_all_is_packed()
    {
        // 5 MB/s; what is on the way takes 4 MB at once, and then nothing until it has gone.
        var packed = Send(1000, 5e6, buffers: 4 << 20);
        Assert.InRange(packed, 900, 1000);
    }

    [Fact]
    public void Over_a_fast_link_nothing_is_packed_but_for_a_while_after_a_stall()
    {
        Assert.Equal(0, Send(500, 200e6, buffers: 0));
        _compressor.Rate.Add(Payload, TimeSpan.FromSeconds(0.5));
        Assert.InRange(Send(1000, 200e6, buffers: 0), 1, 800);
        Assert.Equal(0, Send(500, 200e6, buffers: 0));
    }

    /// <summary>Of so many payloads behind the beginning of a burst, those that were packed.</summary>
    private int Send(int payloads, double bytesPerSecond, int buffers)
    {
        var (packed, buffered) = (0, 0L);
        for (var i = -BurstPayloads - 32; i < payloads; i++)
        {
            var isPacked = _compressor.TryPack(_plain, _packed, out var length);
            if (!isPacked) length = Payload;
            if (isPacked && i >= 0) packed++;
            buffered += length;
            var held = buffered < buffers ? 0 : buffered / bytesPerSecond;
            if (held > 0) buffered = 0;
            _compressor.Rate.Add(length, TimeSpan.FromSeconds(held));
        }

        return packed;
    }
}
