namespace Sync.Shared.Output;

/// <summary>What the terminal, if there is one, can show.</summary>
internal static class Terminal
{
    /// <summary>Whether live tables may be drawn on stdout.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && !IsDumb;

    /// <summary>Whether progress may be drawn over itself on stderr.</summary>
    public static bool ShowsProgress => !Console.IsErrorRedirected && !IsDumb;

    /// <summary>Whether colour may be used.</summary>
    public static bool HasColour => IsLive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private static bool IsDumb => Environment.GetEnvironmentVariable("TERM") is "dumb";
}
