using System.Security.Cryptography;
using System.Text.Json;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Support;

namespace Sync.Host.Backup;

/// <summary>Backs up a host's state to a .tar.gz, whether its agent runs or not. Who has the file can be this host: it holds the private key.</summary>
internal sealed class HostBackup(DataDirectory data, string fingerprint, TimeProvider time) : IStateBackup
{
    /// <inheritdoc/>
    public Task<(int Files, long Bytes)> WriteAsync(string path, CancellationToken cancel) => Task.Run(() => Write(path, cancel), cancel);

    private (int Files, long Bytes) Write(string path, CancellationToken cancel)
    {
        // Each read once, at one moment: what the manifest says is what is written.
        var files = new List<(string Path, byte[] Bytes)>();
        foreach (var name in BackupFiles.In(data.Path))
        {
            cancel.ThrowIfCancellationRequested();
            if (Read(Path.Combine(data.Path, name)) is { } bytes)
                files.Add((name, bytes));
        }

        foreach (var needed in BackupFiles.Needed.Where(n => !files.Exists(f => f.Path == n)))
            throw new CommandFailure($"there is no {needed} in {Printable.Text(data.Path)}: no host has run there; name its directory with --data");

        var manifest = new BackupManifest(
            BackupManifest.PresentVersion,
            "sync-host",
            Program.Version,
            time.GetUtcNow(),
            fingerprint,
            [.. files.Select(f => new BackupFile(f.Path, f.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(f.Bytes))))]);
        using var tar = TarFile.Create(path, time.GetUtcNow());
        tar.Add(BackupManifest.Name, JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest));
        foreach (var (name, bytes) in files)
            tar.Add(name, bytes);
        return (files.Count, tar.Finish());
    }

    private static byte[]? Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (FileNotFoundException)
        {
            // A job that has ended meanwhile, or an old log that has gone.
            return null;
        }
    }
}
