using System.Text.Json;
using Sync.Shared.Data;

namespace Sync.Host.Auditing;

/// <summary>Reads the audit log, whether an agent writes it meanwhile or not.</summary>
internal static class AuditReader
{
    /// <summary>The newest entries, oldest first.</summary>
    /// <param name="data">Whose.</param>
    /// <param name="since">None before it; null: all.</param>
    /// <param name="most">How many at most.</param>
    /// <returns>The entries, and how many lines were none (cut by a power loss, or changed by somebody).</returns>
    public static (IReadOnlyList<AuditEntry> Entries, int Unreadable) Read(DataDirectory data, DateTimeOffset? since, int most)
    {
        var entries = new Queue<AuditEntry>();
        var unreadable = 0;
        for (var number = AuditLog.MostFiles - 1; number >= 0; number--)
        {
            if (!File.Exists(data.AuditFile(number)))
                continue;
            // The agent may write on; it may also rotate, and then an entry is read twice or not at all, once.
            using var file = new FileStream(data.AuditFile(number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var lines = new StreamReader(file);
            while (lines.ReadLine() is { } line)
            {
                if (line.Length == 0)
                    continue;
                if (Parse(line) is not { } entry)
                    unreadable++;
                else if (since is null || entry.At >= since)
                    entries.Enqueue(entry);
                if (entries.Count > most)
                    entries.Dequeue();
            }
        }

        return ([.. entries], unreadable);
    }

    private static AuditEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AuditJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            // Counted by the caller.
            return null;
        }
    }
}
