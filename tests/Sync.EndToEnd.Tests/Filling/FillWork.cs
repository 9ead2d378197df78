namespace Sync.EndToEnd.Tests.Filling;

/// <summary>What users do in a directory while it comes to a guest.</summary>
internal enum FillWork
{
    /// <summary>The guest's make files in it before it is there, some of them at names that are to come.</summary>
    GuestCreates,

    /// <summary>The guest's edit files as soon as they are there.</summary>
    GuestEdits,

    /// <summary>The guest's delete files as soon as they are there.</summary>
    GuestDeletes,

    /// <summary>The guest's rename it as soon as it is there.</summary>
    GuestRenames,

    /// <summary>The host's edit files.</summary>
    HostEdits,

    /// <summary>The host's delete files.</summary>
    HostDeletes,

    /// <summary>The host's rename it.</summary>
    HostRenames,

    /// <summary>The host's rename it, and the guest's edit files.</summary>
    HostRenamesGuestEdits,

    /// <summary>The host's delete it with all in it.</summary>
    HostRemoves,

    /// <summary>The guest's rename a directory in it, and the host's make files there.</summary>
    GuestRenamesHostCreates,

    /// <summary>Nothing.</summary>
    Nobody,
}
