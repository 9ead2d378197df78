namespace Sync.Bench.Compare;

/// <summary>Who does the work; also its name in the tables.</summary>
internal static class Tool
{
    public const string Sync = "sync";
    public const string Rsync = "rsync";
    public const string RsyncCompressed = "rsync -z";
    public const string Unison = "unison";
    public const string Syncthing = "syncthing";
    public const string Lsyncd = "lsyncd";

    /// <summary>Those <c>--with</c> takes.</summary>
    public static readonly string[] Others = [Rsync, Unison, Syncthing, Lsyncd];
}
