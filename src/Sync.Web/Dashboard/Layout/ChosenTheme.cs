namespace Sync.Web.Dashboard.Layout;

/// <summary>The colours that somebody chose, in a cookie that the page's script sets.</summary>
internal static class ChosenTheme
{
    /// <summary>"light", "dark", or null for the system's.</summary>
    public static string? Of(HttpContext http) => http.Request.Cookies["sync-theme"] switch { "light" => "light", "dark" => "dark", _ => null };
}
