namespace Sync.Host.Backup;

/// <summary>What a backup says of itself: <c>manifest.json</c>, its first file.</summary>
/// <param name="Version">Of its form; 1.</param>
/// <param name="Program">sync-host.</param>
/// <param name="ProgramVersion">Which one made it.</param>
/// <param name="MadeAt">When.</param>
/// <param name="Fingerprint">Whose: guests know the host by it.</param>
/// <param name="Files">All others that are in it.</param>
internal sealed record BackupManifest(int Version, string Program, string ProgramVersion, DateTimeOffset MadeAt, string Fingerprint, IReadOnlyList<BackupFile> Files)
{
    public const string Name = "manifest.json";

    public const int PresentVersion = 1;
}
