using System.Text;
using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Web.Api;

namespace Sync.Web.Dashboard.Model;

/// <summary>The beginning of a file, as far as it can be shown.</summary>
/// <param name="Size">Of the whole, in bytes; negative if it could not be read.</param>
/// <param name="Text">The text; null if it is none.</param>
/// <param name="IsCut">Whether there is more than is shown.</param>
/// <param name="Problem">Why it could not be read; null if it was.</param>
public sealed record Content(long Size, string? Text, bool IsCut, string? Problem)
{
    /// <summary>How much is read, bytes.</summary>
    public const int Most = 256 << 10;

    private const int MostLines = 5000;

    /// <summary>Reads a file of a share.</summary>
    internal static Task<Content> OfFileAsync(HostCalls host, string share, string path, CancellationToken cancel) =>
        ReadAsync(host, new ReadContentRequest { Share = share, Path = path, Limit = Most }, cancel);

    /// <summary>Reads a version.</summary>
    internal static Task<Content> OfVersionAsync(HostCalls host, string share, string id, CancellationToken cancel) =>
        ReadAsync(host, new ReadContentRequest { Share = share, Version = id, Limit = Most }, cancel);

    /// <summary>Makes text of bytes, where it is some.</summary>
    public static Content Of(long size, ReadOnlySpan<byte> bytes)
    {
        var cut = bytes.Length < size;
        if (bytes.Contains((byte)0))
            return new Content(size, null, cut, null);
        // A letter may be cut in two at the end.
        var whole = cut ? TrimEnd(bytes) : bytes;
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(whole);
        }
        catch (DecoderFallbackException)
        {
            return new Content(size, null, cut, null);
        }

        var lines = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' && ++lines == MostLines)
                return new Content(size, text[..i], IsCut: true, null);
        }

        return new Content(size, text, cut, null);
    }

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.Length;
        for (var back = 0; back < 4 && end > 0; back++)
        {
            var last = bytes[end - 1];
            if (last < 0x80)
                break;
            end--;
            if (last >= 0xC0)
                break;
        }

        return bytes[..end];
    }

    private static async Task<Content> ReadAsync(HostCalls host, ReadContentRequest request, CancellationToken cancel)
    {
        try
        {
            using var call = host.Agent.ReadContent(request, cancellationToken: cancel);
            using var bytes = new MemoryStream();
            var size = 0L;
            await foreach (var piece in call.ResponseStream.ReadAllAsync(cancel))
            {
                size = Math.Max(size, piece.Size);
                piece.Data.WriteTo(bytes);
            }

            return Of(size, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Unauthenticated)
        {
            return new Content(-1, null, IsCut: false, HostErrors.InWords(e));
        }
    }
}
