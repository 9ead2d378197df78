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

    /// <summary>The columns of stdout's terminal; 80 where it does not tell.</summary>
    public static int Width => Columns(Console.IsOutputRedirected);

    /// <summary>The columns of stderr's.</summary>
    public static int ErrorWidth => Columns(Console.IsErrorRedirected);

    // The runtime asks stdout; where that is redirected, what stderr has is not known.
    private static int Columns(bool redirected) => !redirected && Console.WindowWidth is > 0 and var width ? width : 80;

    private static bool IsDumb => Environment.GetEnvironmentVariable("TERM") is "dumb";
}
