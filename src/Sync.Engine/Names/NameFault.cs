namespace Sync.Engine.Names;

/// <summary>Why a file system cannot hold a name.</summary>
public enum NameFault
{
    /// <summary>It can.</summary>
    None,

    /// <summary>A character that names may not have there.</summary>
    Character,

    /// <summary>A control character.</summary>
    Control,

    /// <summary>It ends with a dot or a space, which would be dropped: it would become another name.</summary>
    Ending,

    /// <summary>The name of a device, with or without an extension.</summary>
    Device,

    /// <summary>The name is too long.</summary>
    Length,

    /// <summary>The path is too long.</summary>
    PathLength,

    /// <summary>It differs from a name that is there only in case.</summary>
    Case,

    /// <summary>It differs from a name that is there only in how its letters are composed (NFC, NFD), or by another equivalence of the file system.</summary>
    Form,
}
