namespace Sync.Web.Dashboard.Model;

/// <summary>How something stands, for its colour and its sign; the words beside it say the same.</summary>
public enum Tone
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Work is under way.</summary>
    Busy,

    /// <summary>Nothing happens, and nothing is wrong.</summary>
    Quiet,

    /// <summary>Somebody should look at it.</summary>
    Warn,

    /// <summary>It does not work.</summary>
    Bad,
}
