using System.Globalization;
using System.Text;
using Google.Protobuf;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Protocol.Mapping;

/// <summary>Checks of single values from the wire. What does not hold is a <see cref="LinkFailure.Protocol"/> that ends the session.</summary>
internal static class Bounds
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static LinkException Violation(string what) =>
        new(LinkFailure.Protocol, $"The peer broke the protocol: {what}. Update both sides to the same version; if it happens again, report it.");

    public static long NotNegative(ulong value, string what) =>
        value <= long.MaxValue ? (long)value : throw Violation(what + " is too large");

    public static Revision ToRevision(ulong value) => new(NotNegative(value, "a revision"));

    public static ulong FromRevision(Revision revision) => checked((ulong)revision.Value);

    public static int ToInt(uint value, int most, string what) =>
        value <= (uint)most ? (int)value : throw Violation(string.Create(CultureInfo.InvariantCulture, $"{what} is {value}, more than {most}"));

    public static byte ToEnum(uint value, uint last, string what) =>
        value <= last ? (byte)value : throw Violation(string.Create(CultureInfo.InvariantCulture, $"{what} {value} is unknown"));

    public static void Count(int count, int most, string what)
    {
        if (count > most) throw Violation(string.Create(CultureInfo.InvariantCulture, $"{count} {what}, more than {most}"));
    }

    public static ContentId ToContent(ByteString bytes) => bytes.Length switch
    {
        0 => default,
        ContentId.Size => new ContentId(bytes.Span),
        _ => throw Violation("a content id has a wrong length"),
    };

    public static ContentId ToPresentContent(ByteString bytes)
    {
        var content = ToContent(bytes);
        return content.IsNone ? throw Violation("a content id is missing") : content;
    }

    public static ByteString FromContent(ContentId content) =>
        content.IsNone ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(content.ToArray());

    /// <summary>Text of at most so many bytes, without NUL. Protobuf has refused invalid UTF-8 by now.</summary>
    public static string Text(string text, int most, string what)
    {
        if (ByteCount(text, what) > most) throw Violation(what + " is too long");
        return text.Contains('\0', StringComparison.Ordinal) ? throw Violation(what + " holds a NUL") : text;
    }

    /// <summary>As <see cref="Text"/>, and not empty.</summary>
    public static string Something(string text, int most, string what) =>
        text.Length == 0 ? throw Violation(what + " is empty") : Text(text, most, what);

    /// <summary>One name in a directory.</summary>
    public static string Name(string name)
    {
        Something(name, WireLimits.MaxName, "a name");
        if (name is "." or ".." || name.Contains('/', StringComparison.Ordinal)) throw Violation("a name is not one");
        return name;
    }

    /// <summary>A path inside a share: names with single slashes between; empty for the share itself.</summary>
    public static string RelativePath(string path)
    {
        Text(path, WireLimits.MaxLinkTarget, "a path");
        if (path.Length == 0) return path;
        foreach (var name in path.Split('/')) Name(name);
        return path;
    }

    /// <summary>Cuts a text of ours to what the peer accepts.</summary>
    public static string Cut(string text, int most)
    {
        text = text.Replace('\0', '?');
        if (text.Length * 3 <= most || Encoding.UTF8.GetByteCount(text) <= most) return text;
        var bytes = 0;
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > most) break;
            bytes += rune.Utf8SequenceLength;
            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }

    private static int ByteCount(string text, string what)
    {
        try
        {
            return Utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw Violation(what + " is not valid UTF-8");
        }
    }
}
