namespace Sync.Engine.Model;

/// <summary>Which way changes flow between the journal and one replica. Values are stored and sent: never renumber.</summary>
public enum SyncDirection : byte
{
    /// <summary>Both ways.</summary>
    TwoWay = 0,

    /// <summary>The replica only receives; its own edits are shown and kept until <c>revert</c>.</summary>
    ReceiveOnly = 1,

    /// <summary>The replica only sends; what others change is not applied here.</summary>
    SendOnly = 2,

    /// <summary>The replica is an exact copy: its own edits go to the version store at once.</summary>
    Mirror = 3,
}
