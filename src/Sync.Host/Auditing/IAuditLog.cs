namespace Sync.Host.Auditing;

/// <summary>Remembers who did what to this host: what a person would ask about afterwards. Safe to call from any thread.</summary>
internal interface IAuditLog
{
    /// <summary>Writes an entry, durably, before it returns (some milliseconds). Never throws: what is told has happened already, and one that
    /// cannot be written is told in the log.</summary>
    void Write(AuditEntry entry);
}
