using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Machines;

/// <summary>A file that is never synced: a kill before or after a write is as on a disk, and so is one within it, of which some bytes have arrived.</summary>
internal sealed class SimUnsyncedFile(MemoryStream bytes, SimProcess process) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => bytes.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        bytes.Position = Position;
        var read = bytes.Read(buffer, offset, count);
        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        var first = count / 2;
        WritePart(buffer.AsSpan(offset, first));
        WritePart(buffer.AsSpan(offset + first, count - first));
    }

    public override void SetLength(long value)
    {
        process.Effect();
        bytes.SetLength(value);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("It is read and written at positions.");

    public override void Flush()
    {
        // Nothing is held back.
    }

    private void WritePart(ReadOnlySpan<byte> part)
    {
        process.Effect();
        bytes.Position = Position;
        bytes.Write(part);
        Position += part.Length;
    }
}
