namespace Sync.Protocol.Sessions;

/// <summary>What a peer may support beside the protocol's version; a feature holds for a session if both sides name it.</summary>
internal static class Features
{
    /// <summary>Payloads of frames may be zstd frames.</summary>
    public const string Zstd = "zstd";

    /// <summary>Large contents may travel as deltas against a basis.</summary>
    public const string Deltas = "deltas";

    /// <summary>Several requests for contents may come in one message.</summary>
    public const string Batches = "batches";

    /// <summary>The host may ask for contents that it lacks.</summary>
    public const string Wants = "wants";

    /// <summary>Large envelopes of a session may be packed.</summary>
    public const string Packs = "packs";

    /// <summary>Small contents may travel as patches of what the asker has.</summary>
    public const string Patches = "patches";

    /// <summary>Several small frames may come as one.</summary>
    public const string Groups = "groups";

    /// <summary>The host may tell of long contents that it is still reading, and send them so far.</summary>
    public const string Growing = "growing";

    /// <summary>All that is supported here.</summary>
    public static readonly string[] All = [Zstd, Deltas, Batches, Wants, Packs, Patches, Groups, Growing];
}
