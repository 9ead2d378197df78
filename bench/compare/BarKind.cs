namespace Sync.Bench.Compare;

/// <summary>What a bar is held against.</summary>
internal enum BarKind
{
    /// <summary>Time, as a part of rsync's.</summary>
    TimeToRsync,

    /// <summary>Time, as a multiple of the floor's.</summary>
    TimeToFloor,

    /// <summary>Seconds.</summary>
    Time,

    /// <summary>Bytes on the wire, both ways.</summary>
    Bytes,

    /// <summary>Bytes on the wire, as a part of <c>rsync -az</c>'s.</summary>
    BytesToCompressedRsync,
}
