using MudBlazor;
using Sync.Protocol.Control;

namespace Sync.Web.Dashboard.Model;

/// <summary>Events as people read them. Pure.</summary>
public static class EventWords
{
    /// <summary>What happened.</summary>
    public static string Of(Event what) => what.Kind switch
    {
        "share-state" => what.State switch
        {
            "in-sync" => $"{what.Share} is in sync",
            "syncing" => $"{what.Share} is syncing",
            "scanning" => $"{what.Share} looks through its directory",
            "paused" => $"{what.Share} is paused",
            "halted" => $"{what.Share} is halted",
            "refused" => $"{what.Share} is refused",
            "disconnected" => $"{what.Share} is not connected",
            var state => $"{what.Share}: {state}",
        },
        "halt" => $"{what.Share} was halted for safety",
        "guest-connected" => $"{what.Guest} connected to {what.Share}",
        "guest-lost" => $"{what.Guest} left {what.Share}",
        "conflict" => $"Conflict in {what.Share} with {what.Guest}",
        "job" => $"Job on {what.Share}: {what.State}",
        "change" => what.Guest.Length > 0 ? $"{what.Guest} changed {what.Path}" : $"{(what.Path.Length > 0 ? what.Path : "A file")} changed on the host",
        "settings" => what.Share.Length > 0 ? $"Settings of {what.Share} were changed" : "Settings were changed",
        "gap" => "More happened than is kept",
        var kind => $"{kind} {what.Share}".Trim(),
    };

    /// <summary>More about it; empty if there is no more.</summary>
    public static string Detail(Event what) => what.Kind switch
    {
        "conflict" => what.Text.Length > 0 ? what.Text : what.Path,
        "change" => what.Text.Length > 0 ? what.Text : what.Share,
        _ => Spoken.Sentence(what.Text),
    };

    /// <summary>Its sign.</summary>
    public static string Icon(Event what) => what.Kind switch
    {
        "guest-connected" => Icons.Material.Outlined.Computer,
        "guest-lost" => Icons.Material.Outlined.PowerOff,
        "conflict" => Icons.Material.Outlined.CallSplit,
        "halt" => Icons.Material.Outlined.FrontHand,
        "job" => Icons.Material.Outlined.TaskAlt,
        "change" => Icons.Material.Outlined.Edit,
        "settings" => Icons.Material.Outlined.Tune,
        "share-state" when what.State is "in-sync" => Icons.Material.Outlined.Check,
        "share-state" when what.State is "paused" => Icons.Material.Outlined.Pause,
        "share-state" when what.State is "halted" or "refused" => Icons.Material.Outlined.PriorityHigh,
        _ => Icons.Material.Outlined.Sync,
    };

    /// <summary>Its colour's name.</summary>
    public static string Css(Event what) => what.Kind switch
    {
        "conflict" or "guest-lost" or "gap" => "warn",
        "halt" => "bad",
        "share-state" => what.State switch { "in-sync" => "good", "halted" or "refused" => "bad", "disconnected" => "warn", _ => "busy" },
        "job" => what.State switch { "done" => "good", "failed" => "bad", _ => "busy" },
        "guest-connected" => "good",
        _ => "still",
    };
}
