using System.Security.Cryptography;
using Sync.Engine.Files;
using Sync.Engine.Ignoring;

namespace Sync.Engine.Scanning;

/// <summary>An ignore file as it was read, with what tells whether it is another one than before.</summary>
internal sealed record RuleFile(IgnoreFile Rules, UInt128 Fingerprint)
{
    /// <summary>Reads one, up to the most that can be in force. On a worker.</summary>
    /// <param name="files">The share's directory.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="foldCase">Whether ASCII letters match in either case.</param>
    /// <param name="isChanging">It was written to meanwhile: there is no result, and there will be an event.</param>
    public static RuleFile? Read(IFileSystem files, string path, bool foldCase, out bool isChanging)
    {
        isChanging = false;
        if (files.OpenRead(path, out var file) != FsError.None) return null;
        using (file)
        {
            if (file!.Stat(out var before) != FsError.None) return null;
            // One more than can be in force: the parser tells of it.
            var bytes = new byte[Math.Min(before.Stamp.Size, IgnoreFile.MaxBytes + 1)];
            var filled = 0;
            while (filled < bytes.Length)
            {
                if (file.Read(filled, bytes.AsSpan(filled), out var read) != FsError.None) return null;
                if (read == 0) break;
                filled += read;
            }

            isChanging = filled < bytes.Length || file.Stat(out var after) != FsError.None || after.Stamp != before.Stamp;
            if (isChanging) return null;
            return new RuleFile(IgnoreFile.Parse(bytes, foldCase), BitConverter.ToUInt128(SHA256.HashData(bytes)));
        }
    }
}
