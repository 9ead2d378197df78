using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Sync.Host.Config;
using Sync.Protocol.Identities;
using Sync.Shared.Output;

namespace Sync.Host.Backup;

/// <summary>A backup that was read and checked in full: only files of a host's state, each as its manifest says.</summary>
/// <param name="Manifest">What it says of itself.</param>
/// <param name="Files">Their bytes, by path.</param>
internal sealed record BackupArchive(BackupManifest Manifest, IReadOnlyDictionary<string, byte[]> Files)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="CommandFailure">It is none, is damaged, or of a later form.</exception>
    public static BackupArchive Read(string path)
    {
        try
        {
            var files = Unpack(path);
            if (!files.Remove(BackupManifest.Name, out var text))
                throw new CommandFailure($"{Printable.Text(path)} is no backup of a host: it has no {BackupManifest.Name}");
            var manifest = JsonSerializer.Deserialize(text, BackupJson.Default.BackupManifest)!;
            Check(path, manifest, files);
            return new BackupArchive(manifest, files);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
        {
            throw new CommandFailure($"{Printable.Text(path)} is no backup, or damaged: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Printable.Text(path)} cannot be read: {e.Message}", e);
        }
    }

    private static Dictionary<string, byte[]> Unpack(string path)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not TarEntryType.RegularFile || (entry.Name != BackupManifest.Name && !BackupFiles.IsOne(entry.Name)))
                throw new InvalidDataException($"'{Printable.Text(entry.Name)}' is no file of a host's state");
            if (entry.Length > BackupFiles.LargestFile || files.Count >= BackupFiles.MostFiles)
                throw new InvalidDataException("it is too large");
            var bytes = new byte[entry.Length];
            entry.DataStream?.ReadExactly(bytes);
            if (!files.TryAdd(entry.Name, bytes))
                throw new InvalidDataException($"'{Printable.Text(entry.Name)}' is in it twice");
        }

        return files;
    }

    private static void Check(string path, BackupManifest manifest, Dictionary<string, byte[]> files)
    {
        if (manifest.Program is not "sync-host")
            throw new CommandFailure($"{Printable.Text(path)} is of {Printable.Text(manifest.Program)}, not of sync-host");
        if (manifest.Version > BackupManifest.PresentVersion)
            throw new CommandFailure($"{Printable.Text(path)} was made by sync-host {Printable.Text(manifest.ProgramVersion)}, whose backups this version does not know; update, then restore");
        foreach (var file in manifest.Files)
        {
            if (!files.TryGetValue(file.Path, out var bytes) || bytes.Length != file.Size || Convert.ToHexStringLower(SHA256.HashData(bytes)) != file.Sha256)
                throw new InvalidDataException($"'{Printable.Text(file.Path)}' is not as its manifest says");
        }

        if (manifest.Files.Count != files.Count || BackupFiles.Needed.Any(n => !files.ContainsKey(n)))
            throw new InvalidDataException("its files are not those of its manifest");
        _ = JsonSerializer.Deserialize(files["config.json"], HostConfigJson.Default.HostConfig);
    }
}
