using System.Buffers.Binary;
using Sync.Protocol.Lines;
using Xunit;

namespace Sync.Protocol.Tests.Lines;

/// <summary>One end of a simulated byte pipe: what it has sent on each channel, and what came. A channel's bytes tell which it is and go on from there.</summary>
internal sealed class LineEnd : ILineEvents
{
    private readonly Func<ulong> _ids;
    private readonly Dictionary<ulong, (uint Channel, List<byte> Bytes)> _sent = [];
    private readonly List<(uint Channel, List<byte> Bytes)> _taken = [];
    private readonly Dictionary<uint, List<byte>> _open = [];
    private List<byte>? _sending;
    private uint _channel;

    public LineEnd(ulong seed)
    {
        ulong state = seed;
        _ids = () => state = (state * 6364136223846793005) + 1442695040888963407;
        Core = new LineCore(_ids, this);
    }

    public LineCore Core { get; private set; }

    /// <summary>What is on its way to the other end.</summary>
    public List<byte> Pipe { get; } = [];

    /// <summary>Its process ends and another begins.</summary>
    public void Restart(TimeSpan now)
    {
        Collect();
        Core = new LineCore(_ids, this);
        Forget();
        Core.Tick(now);
        Collect();
    }

    /// <summary>Sends on its channel, a new one where there is none; not without a session.</summary>
    public void Send(int count)
    {
        if (!Core.IsEstablished) return;
        if (_sending is null)
        {
            Core.Send(LineRecordKind.Open, ++_channel);
            ulong id = _ids();
            _sending = [.. BitConverter.GetBytes(id)];
            _sent[id] = (_channel, _sending);
            Core.Send(LineRecordKind.Data, _channel, _sending.ToArray());
        }

        byte[] bytes = new byte[count];
        new Random(_sending.Count).NextBytes(bytes);
        _sending.AddRange(bytes);
        Core.Send(LineRecordKind.Data, _channel, bytes);
        Collect();
    }

    /// <summary>Takes what the core wants sent.</summary>
    public void Collect()
    {
        Pipe.AddRange(Core.Output.ToArray());
        Core.Sent();
    }

    /// <summary>All that came is the beginning of what the other end sent on one channel, and none came twice.</summary>
    public void Check(LineEnd other)
    {
        var seen = new HashSet<ulong>();
        foreach ((uint channel, List<byte> bytes) in _taken.Where(t => t.Bytes.Count >= sizeof(ulong)))
        {
            ulong id = BinaryPrimitives.ReadUInt64LittleEndian(bytes.ToArray());
            Assert.True(other._sent.TryGetValue(id, out var sent), "bytes came that nobody sent");
            Assert.Equal(sent.Channel, channel);
            Assert.True(seen.Add(id), "a channel came twice");
            Assert.True(bytes.Count <= sent.Bytes.Count && bytes.SequenceEqual(sent.Bytes.Take(bytes.Count)), "other bytes came than were sent");
        }
    }

    /// <summary>How much of what the other end now sends has come.</summary>
    public bool HasAllOf(LineEnd other) => other._sending is { } sending && _open.GetValueOrDefault(other._channel) is { } taken && taken.Count == sending.Count;

    void ILineEvents.Established()
    {
        // Seen in the core.
    }

    void ILineEvents.Opened(uint channel) => _taken.Add((channel, _open[channel] = []));

    void ILineEvents.Received(uint channel, ReadOnlySpan<byte> bytes) => _open[channel].AddRange(bytes);

    void ILineEvents.Closed(uint channel) => _open.Remove(channel);

    void ILineEvents.Broken() => Forget();

    private void Forget()
    {
        _open.Clear();
        _sending = null;
    }
}
