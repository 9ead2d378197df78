using System.Text.Json;

namespace Sync.Web.Api;

/// <summary>A response's body that drops what is written where the status tells of an error: it is written anew as problem details.</summary>
internal sealed class ErrorBody(HttpContext http, Stream inner) : Stream
{
    private const int Kept = 4096;

    private readonly MemoryStream _dropped = new();

    /// <summary>What the dropped body, JSON of google.rpc.Status, says; empty if it says nothing.</summary>
    public string Message
    {
        get
        {
            try
            {
                using var json = JsonDocument.Parse(_dropped.ToArray());
                return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "";
            }
            catch (JsonException)
            {
                // It was no JSON, or longer than what is kept.
                return "";
            }
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    private bool IsDropped => http.Response.StatusCode >= StatusCodes.Status400BadRequest && !http.Response.HasStarted;

    public override void Flush()
    {
        if (!IsDropped)
            inner.Flush();
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => IsDropped ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (IsDropped)
            Drop(buffer.AsSpan(offset, count));
        else
            inner.Write(buffer, offset, count);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsDropped)
            return inner.WriteAsync(buffer, cancellationToken);
        Drop(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Drop(ReadOnlySpan<byte> bytes) => _dropped.Write(bytes[..(int)Math.Min(bytes.Length, Kept - _dropped.Length)]);
}
