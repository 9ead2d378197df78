namespace Sync.Shared.Services;

/// <summary>An agent as a service of the machine, or of one user.</summary>
/// <param name="Program">"sync-host" or "sync-guest": also the service's name.</param>
/// <param name="Executable">The program's file, absolute.</param>
/// <param name="Arguments">What it is started with.</param>
internal sealed record ServiceDefinition(string Program, string Executable, IReadOnlyList<string> Arguments)
{
    /// <summary>As whom it runs; null: root, or the user whose service it is.</summary>
    public string? User { get; init; }

    /// <summary>Started at log-in of one user, not with the machine.</summary>
    public bool IsUsers { get; init; }

    /// <summary>The directory in /var/lib that the service manager makes for it; null: it has another, or its user's own.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>For lists of services.</summary>
    public string Description => Program == "sync-host" ? "Sync host: shares directories with virtual machines" : "Sync guest: keeps directories the same as a host's";
}
