namespace Sync.Engine.Pulling;

/// <summary>How far one entry of a build has come.</summary>
internal enum BuildState : byte
{
    /// <summary>Nothing was done.</summary>
    Open = 0,

    /// <summary>It is not wanted: nothing is made of it.</summary>
    LeftOut,

    /// <summary>The host was asked for it.</summary>
    Asked,

    /// <summary>It stands in the new tree, verified.</summary>
    Placed,

    /// <summary>The host has another content there by now.</summary>
    Superseded,

    /// <summary>The host cannot read it.</summary>
    Unreadable,
}
