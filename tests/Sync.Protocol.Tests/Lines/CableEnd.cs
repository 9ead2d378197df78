using System.IO.Pipelines;

namespace Sync.Protocol.Tests.Lines;

/// <summary>One end of a cable in memory. Closing it leaves the cable as it is, for the next who opens it.</summary>
internal sealed class CableEnd(PipeReader input, PipeWriter output) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>A cable's two ends.</summary>
    public static (Func<Stream> A, Func<Stream> B) Make()
    {
        // As small as a pseudo-terminal's.
        var options = new PipeOptions(pauseWriterThreshold: 4096, resumeWriterThreshold: 2048, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        return (() => new CableEnd(back.Reader, there.Writer), () => new CableEnd(there.Reader, back.Writer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult result = await input.ReadAsync(cancellationToken);
        int count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        foreach (ReadOnlyMemory<byte> part in result.Buffer.Slice(0, count))
        {
            part.CopyTo(buffer);
            buffer = buffer[part.Length..];
        }

        input.AdvanceTo(result.Buffer.GetPosition(count));
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (int at = 0; at < buffer.Length; at += 1024)
            await output.WriteAsync(buffer.Slice(at, Math.Min(1024, buffer.Length - at)), cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
