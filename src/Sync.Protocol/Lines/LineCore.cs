using System.Buffers;

namespace Sync.Protocol.Lines;

/// <summary>
/// One end of a byte pipe that carries channels: who is at the other end, and whether everything came. Both ends are alike.
/// <para>Each life of an end has a random id; a pair of ids is one session. Data counts only in the session that both ends have confirmed, in order, without a gap.
/// A gap, another peer, or silence breaks the session: all channels end, this end takes a new id, and a new session is agreed on. Nothing is sent again: what
/// runs on a channel (TLS) makes a new connection.</para>
/// Pure: bytes, time and randomness come from outside, what is to be sent is in <see cref="Output"/>. Not safe for more than one thread.
/// </summary>
/// <param name="newId">Random numbers.</param>
/// <param name="events">Told of what comes.</param>
internal sealed class LineCore(Func<ulong> newId, ILineEvents events)
{
    /// <summary>How often an end without a session says who it is.</summary>
    public static readonly TimeSpan HelloEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>How often an end says that it lives.</summary>
    public static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);

    /// <summary>Silence that breaks a session.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(20);

    /// <summary>The number of a hello whose sender has a session.</summary>
    private const ulong Confirmed = 1;

    private readonly LineScanner _scanner = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private ulong _me = NewId(newId);
    private ulong _peer;
    private ulong _sent;
    private ulong _taken;
    private TimeSpan _now;
    private TimeSpan _heard;
    private TimeSpan _spoke;
    private bool _hasBegun;

    /// <summary>Whether both ends have confirmed each other.</summary>
    public bool IsEstablished { get; private set; }

    /// <summary>What is to be sent, in order; empty it with <see cref="Sent"/>.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    /// <summary>All of <see cref="Output"/> has been taken.</summary>
    public void Sent() => _output.ResetWrittenCount();

    /// <summary>Takes what came.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var taken = _scanner.Feed(bytes);
            bytes = bytes[taken..];
            while (_scanner.TryTake(out var record, out var payload)) Take(record, payload);
            if (bytes.IsEmpty) return;
            // Full, and no record is whole: what stands at its beginning is none.
            if (taken == 0) _scanner.Skip();
        }
    }

    /// <summary>Puts a numbered record into the output.</summary>
    /// <exception cref="InvalidOperationException">No session.</exception>
    public void Send(LineRecordKind kind, uint channel, ReadOnlySpan<byte> payload = default)
    {
        if (!IsEstablished) throw new InvalidOperationException("The line has no session.");
        Put(new LineRecord(kind, payload.Length, _me, _peer, _sent++, channel), payload);
    }

    /// <summary>Time goes on; call it every second or so.</summary>
    /// <param name="now">Since any fixed moment; never less than before.</param>
    /// <param name="canSpeak">False while the pipe takes nothing: more of the same would only pile up.</param>
    public void Tick(TimeSpan now, bool canSpeak = true)
    {
        _now = now;
        if (!_hasBegun)
        {
            _hasBegun = true;
            (_heard, _spoke) = (now, now);
            Begin();
        }
        else if (now - _heard >= SilenceLimit)
        {
            _heard = now;
            // The rest of a record that has begun may never come.
            _scanner.Skip();
            Break();
        }
        else if (canSpeak && (IsEstablished ? now - _spoke >= PingEvery : now - _spoke >= HelloEvery))
        {
            if (IsEstablished) Put(new LineRecord(LineRecordKind.Ping, 0, _me, _peer, _sent, 0), default);
            else Hello();
        }
    }

    /// <summary>The pipe itself was lost and opened again.</summary>
    public void Break()
    {
        if (IsEstablished)
        {
            IsEstablished = false;
            events.Broken();
        }

        // A session's numbers begin at 0 once only: its pair of ids never comes again.
        _me = NewId(newId);
        _peer = 0;
        Begin();
    }

    private void Begin()
    {
        _output.ResetWrittenCount();
        // Fills up a record in the middle of which this end's former life has stopped, so that the peer finds the next one at once.
        _output.Write(new byte[LineRecord.MaxSize]);
        Hello();
    }

    private void Hello() => Put(new LineRecord(LineRecordKind.Hello, 0, _me, _peer, IsEstablished ? Confirmed : 0, 0), default);

    private void Put(in LineRecord record, ReadOnlySpan<byte> payload)
    {
        record.Write(_output.GetSpan(record.Size), payload);
        _output.Advance(record.Size);
        _spoke = _now;
    }

    private void Take(in LineRecord record, ReadOnlySpan<byte> payload)
    {
        // A pipe that echoes is no peer.
        if (record.From == _me) return;
        if (record.Kind == LineRecordKind.Hello) TakeHello(record);
        else if (IsEstablished && record.From == _peer && record.To == _me) TakeNumbered(record, payload);
    }

    private void TakeHello(in LineRecord hello)
    {
        if (hello.From != _peer)
        {
            if (IsEstablished) Break();
            _peer = hello.From;
        }

        _heard = _now;
        if (hello.To != _me)
        {
            // It does not know this end yet.
            Hello();
        }
        else if (!IsEstablished)
        {
            IsEstablished = true;
            (_sent, _taken) = (0, 0);
            Hello();
            events.Established();
        }
        else if (hello.Number != Confirmed)
        {
            // This end's confirmation was lost.
            Hello();
        }
    }

    private void TakeNumbered(in LineRecord record, ReadOnlySpan<byte> payload)
    {
        _heard = _now;
        if (record.Number > _taken)
        {
            Break();
            return;
        }

        // Less: it came twice.
        if (record.Number < _taken || record.Kind == LineRecordKind.Ping) return;
        _taken++;
        switch (record.Kind)
        {
            case LineRecordKind.Open: events.Opened(record.Channel); break;
            case LineRecordKind.Data: events.Received(record.Channel, payload); break;
            default: events.Closed(record.Channel); break;
        }
    }

    private static ulong NewId(Func<ulong> next)
    {
        while (true)
        {
            if (next() is not 0 and var id) return id;
        }
    }
}
