namespace Sync.Engine.Scanning;

/// <summary>What is known of a name before it is looked at.</summary>
[Flags]
internal enum Look : byte
{
    Plain = 0,

    /// <summary>It was just made: its writer may still be at work.</summary>
    Created = 1,

    /// <summary>Its bytes may have changed, whatever its stamp says.</summary>
    Bytes = 2,

    /// <summary>If the file has other names, they are being looked at as well.</summary>
    Linked = 4,
}
