using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Sync.Protocol.Lines;

/// <summary>
/// A device, a pair of FIFOs or a socket's descriptor as a stream. One thread of its own waits for it, so that no pool thread is held while nothing comes. A read
/// returns 0 when nobody is at the other end. One reader and one writer at a time.
/// </summary>
internal sealed class DeviceStream : Stream
{
    private readonly SafeFileHandle _input;
    private readonly SafeFileHandle _output;
    private readonly AnonymousPipeServerStream _waker = new(PipeDirection.Out);
    private readonly SafeFileHandle _woken;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _writable;
    private bool _closed;

    /// <param name="input">Read from; reads of it do not wait.</param>
    /// <param name="output">Written to, likewise; may be the same. Both are closed with this.</param>
    public DeviceStream(SafeFileHandle input, SafeFileHandle output)
    {
        (_input, _output) = (input, output);
        _woken = new SafeFileHandle(_waker.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        new Thread(Watch) { IsBackground = true, Name = "line" }.Start();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // Under the lock the descriptor cannot be closed, and its number given to another, in between.
            Task ready;
            lock (_gate)
            {
                if (_closed) return 0;
                if (DeviceNative.Read(_input, buffer.Span) is { } count) return count;
                ready = Wait(ref _readable);
            }

            await ready.WaitAsync(cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            Task ready;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                if (DeviceNative.Write(_output, buffer.Span) is { } count)
                {
                    if (count == 0) throw new IOException("Nobody is at the other end.");
                    buffer = buffer[count..];
                    continue;
                }

                ready = Wait(ref _writable);
            }

            await ready.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until a read would not; of a socket that listens, until somebody has come.</summary>
    public Task ReadableAsync(CancellationToken cancel)
    {
        lock (_gate) return Wait(ref _readable).WaitAsync(cancel);
    }

    /// <summary>Waits until a write would not; of a socket that connects, until that has ended.</summary>
    public Task WritableAsync(CancellationToken cancel)
    {
        lock (_gate) return Wait(ref _writable).WaitAsync(cancel);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            Wake();
        }

        base.Dispose(disposing);
    }

    private Task Wait(ref TaskCompletionSource? waiter)
    {
        waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Wake();
        return waiter.Task;
    }

    private void Wake() => _waker.WriteByte(0);

    private void Watch()
    {
        Span<DeviceNative.PollEntry> entries = stackalloc DeviceNative.PollEntry[3];
        Span<byte> wakes = stackalloc byte[64];
        while (true)
        {
            lock (_gate)
            {
                if (_closed) break;
                entries[0] = new DeviceNative.PollEntry((int)_woken.DangerousGetHandle(), DeviceNative.PollIn);
                // One that nobody waits for is left out: a lost other end is told again and again.
                entries[1] = new DeviceNative.PollEntry(_readable is null ? -1 : (int)_input.DangerousGetHandle(), DeviceNative.PollIn);
                entries[2] = new DeviceNative.PollEntry(_writable is null ? -1 : (int)_output.DangerousGetHandle(), DeviceNative.PollOut);
            }

            DeviceNative.Poll(entries);
            if (entries[0].Happened != 0) _ = DeviceNative.Read(_woken, wakes);
            lock (_gate)
            {
                if (entries[1].Happened != 0) Ready(ref _readable);
                if (entries[2].Happened != 0) Ready(ref _writable);
            }
        }

        lock (_gate)
        {
            Ready(ref _readable);
            Ready(ref _writable);
            _input.Dispose();
            _output.Dispose();
            _waker.Dispose();
        }
    }

    private static void Ready(ref TaskCompletionSource? waiter)
    {
        waiter?.TrySetResult();
        waiter = null;
    }
}
