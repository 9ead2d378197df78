namespace Sync.Host.Backup;

/// <summary>A file of a backup.</summary>
/// <param name="Path">In the data directory, '/' between names.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
internal sealed record BackupFile(string Path, long Size, string Sha256);
