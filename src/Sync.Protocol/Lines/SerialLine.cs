using System.Buffers;
using System.Security.Cryptography;
using Sync.Protocol.Connecting;

namespace Sync.Protocol.Lines;

/// <summary>
/// One end of a byte pipe in use: opens it, and again when it is lost, and carries channels over it (see <see cref="LineCore"/>). The guest's end opens channels,
/// the host's accepts them. Safe from any thread.
/// </summary>
internal sealed class SerialLine : ILineEvents, IAsyncDisposable
{
    /// <summary>Of one peer; it needs two or three.</summary>
    private const int MostChannels = 64;

    /// <summary>Data records that wait for a slow pipe: more would delay what is urgent.</summary>
    private const int MostWaiting = 8;

    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Beat = LineCore.HelloEvery;

    private readonly Func<CancellationToken, ValueTask<Stream>> _open;
    private readonly Action<LineChannel>? _accept;
    private readonly Action<Exception>? _failed;
    private readonly TimeProvider _time;
    private readonly LineCore _core;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, LineChannel> _channels = [];
    private readonly SemaphoreSlim _slots = new(MostWaiting);
    private readonly SemaphoreSlim _output = new(0);
    private readonly ArrayBufferWriter<byte> _outgoing = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _run;
    private TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _drained;
    private int _taken;
    private uint _next;

    /// <param name="open">Opens the pipe; throws <see cref="IOException"/> while it cannot be had.</param>
    /// <param name="accept">Given each channel that the peer opens; null: it may open none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failed">Told of what should not happen; the line begins anew.</param>
    public SerialLine(Func<CancellationToken, ValueTask<Stream>> open, Action<LineChannel>? accept, TimeProvider time, Action<Exception>? failed = null)
    {
        (_open, _accept, _time, _failed) = (open, accept, time, failed);
        _core = new LineCore(static () => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), this);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Opens a channel, as soon as the peer is there.</summary>
    /// <exception cref="DialException">The pipe cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">Nobody was there in time.</exception>
    public async Task<LineChannel> OpenChannelAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task established;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
                if (_core.IsEstablished)
                {
                    var channel = new LineChannel(this, ++_next);
                    _channels.Add(channel.Number, channel);
                    _core.Send(LineRecordKind.Open, channel.Number);
                    _output.Release();
                    return channel;
                }

                established = _established.Task;
            }

            await established.WaitAsync(cancel);
        }
    }

    /// <summary>Sends bytes of a channel when it is their turn.</summary>
    /// <exception cref="IOException">The channel has ended.</exception>
    internal async ValueTask SendAsync(LineChannel channel, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, channel.Ended);
        try
        {
            await _slots.WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException("The channel has ended.");
        }

        lock (_gate)
        {
            if (IsOpen(channel))
            {
                _core.Send(LineRecordKind.Data, channel.Number, bytes.Span);
                _taken++;
                _output.Release();
                return;
            }
        }

        _slots.Release();
        throw new IOException("The channel has ended.");
    }

    /// <summary>This side ends a channel.</summary>
    internal void Close(LineChannel channel)
    {
        lock (_gate)
        {
            if (!IsOpen(channel)) return;
            _channels.Remove(channel.Number);
            _core.Send(LineRecordKind.Close, channel.Number);
            _output.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task drained;
        lock (_gate) drained = _core.Output.IsEmpty ? Task.CompletedTask : (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        // So that the peer is told of what was closed; one that does not read finds out by itself.
        await drained.WaitAsync(DrainPatience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _closing.CancelAsync();
        await _run;
        lock (_gate) EndAll("The line was closed.");
    }

    void ILineEvents.Established() => _established.TrySetResult();

    void ILineEvents.Opened(uint channel)
    {
        if (_accept is null || _channels.Count >= MostChannels || _channels.ContainsKey(channel))
        {
            _core.Send(LineRecordKind.Close, channel);
            return;
        }

        var opened = new LineChannel(this, channel);
        _channels.Add(channel, opened);
        _accept(opened);
    }

    void ILineEvents.Received(uint channel, ReadOnlySpan<byte> bytes)
    {
        if (_channels.TryGetValue(channel, out var open)) open.Put(bytes);
    }

    void ILineEvents.Closed(uint channel)
    {
        if (_channels.Remove(channel, out var closed)) closed.End(null);
    }

    void ILineEvents.Broken() => EndAll("The line was interrupted.");

    private bool IsOpen(LineChannel channel) => _channels.TryGetValue(channel.Number, out var open) && ReferenceEquals(open, channel);

    private void EndAll(string why)
    {
        foreach (var channel in _channels.Values) channel.End(new IOException(why));
        _channels.Clear();
        if (_established.Task.IsCompleted) _established = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task RunAsync()
    {
        var closing = _closing.Token;
        for (var isFirst = true; !closing.IsCancellationRequested; isFirst = false)
        {
            try
            {
                await using var pipe = await _open(closing);
                lock (_gate)
                {
                    if (!isFirst) _core.Break();
                    _output.Release();
                }

                await CarryAsync(pipe, closing);
            }
            catch (IOException e)
            {
                lock (_gate)
                {
                    // Whoever waits is told; the next finds it tried again.
                    _established.TrySetException(e);
                    _ = _established.Task.Exception;
                    EndAll(e.Message);
                }
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Beat, _time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns when the pipe is lost.</summary>
    private async Task CarryAsync(Stream pipe, CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        // Each in its own right: a read that always finds something never gives way.
        Task[] parts = [Task.Run(() => ReadAsync(pipe, ending.Token), ending.Token), Task.Run(() => WriteAsync(pipe, ending.Token), ending.Token), Task.Run(() => BeatAsync(ending.Token), ending.Token)];
        var first = await Task.WhenAny(parts);
        await ending.CancelAsync();
        foreach (var part in parts) await part.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first.Exception?.InnerException is { } error and not (IOException or System.Net.Sockets.SocketException or ObjectDisposedException)) _failed?.Invoke(error);
        lock (_gate) EndAll("Nobody is at the line's other end.");
    }

    private async Task ReadAsync(Stream pipe, CancellationToken cancel)
    {
        var buffer = new byte[64 << 10];
        var full = new List<Task>();
        while (await pipe.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            lock (_gate)
            {
                _core.Receive(buffer.AsSpan(0, count));
                if (!_core.Output.IsEmpty) _output.Release();
                full.Clear();
                foreach (var channel in _channels.Values)
                {
                    if (channel.RoomAsync() is { IsCompleted: false } room) full.Add(room);
                }
            }

            if (full.Count > 0) await Task.WhenAll(full).WaitAsync(cancel);
        }
    }

    private async Task WriteAsync(Stream pipe, CancellationToken cancel)
    {
        while (true)
        {
            await _output.WaitAsync(cancel);
            int taken;
            lock (_gate)
            {
                _outgoing.ResetWrittenCount();
                _outgoing.Write(_core.Output.Span);
                _core.Sent();
                (taken, _taken) = (_taken, 0);
            }

            if (taken > 0) _slots.Release(taken);
            if (_outgoing.WrittenCount > 0)
            {
                await pipe.WriteAsync(_outgoing.WrittenMemory, cancel);
                await pipe.FlushAsync(cancel);
            }

            lock (_gate)
            {
                if (_core.Output.IsEmpty) _drained?.TrySetResult();
            }
        }
    }

    private async Task BeatAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Beat, _time);
        do
        {
            lock (_gate)
            {
                _core.Tick(_time.GetElapsedTime(0), canSpeak: _core.Output.Length < LineRecord.MaxSize * 2);
                if (!_core.Output.IsEmpty) _output.Release();
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }
}
