using Sync.Engine.Model;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Guest.Config;

/// <summary>A directory that is bound to a share.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record BindingRecord
{
    /// <summary>Names its index: a directory that is left and joined again does not find the old one's.</summary>
    public required string Id { get; init; }

    public required string Share { get; init; }

    /// <summary>Absolute, no links on the way.</summary>
    public required string Directory { get; init; }

    /// <summary>The part of the share; "" for all of it.</summary>
    public string SubPath { get; set; } = "";

    /// <summary>"host:port", tried in turn.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public required string HostFingerprint { get; init; }

    /// <summary>This guest's name, as the host knows it.</summary>
    public string Name { get; set; } = "";

    /// <summary>The direction asked for, in the command line's words; null: the share's.</summary>
    public string? Direction { get; init; }

    /// <summary>As the invite said. The host decides; this is for people.</summary>
    public bool ReadOnly { get; init; }

    public bool Paused { get; init; }

    /// <summary>For the engine.</summary>
    public SyncDirection? ToDirection()
    {
        if (Direction is null)
            return null;
        return ReplicaWords.TryParseGuest(Direction, out var direction)
            ? direction
            : throw new CommandFailure(ExitCode.Usage, $"direction '{Printable.Text(Direction)}' is not two-way, to-guest, to-host or mirror");
    }

    public static BindingRecord From(BindingInfo info, string id) => new()
    {
        Id = id,
        Share = info.Share,
        Directory = info.Directory,
        SubPath = info.SubPath,
        Addresses = [.. info.Addresses],
        HostFingerprint = info.HostFingerprint,
        Name = info.Name,
        Direction = info.Direction.Length == 0 ? null : info.Direction,
        ReadOnly = info.ReadOnly,
        Paused = info.Paused,
    };

    /// <summary>For the control API.</summary>
    public BindingInfo ToInfo()
    {
        var info = new BindingInfo
        {
            Share = Share,
            Directory = Directory,
            SubPath = SubPath,
            HostFingerprint = HostFingerprint,
            Name = Name,
            Direction = Direction ?? "",
            ReadOnly = ReadOnly,
            Paused = Paused,
        };
        info.Addresses.AddRange(Addresses);
        return info;
    }
}
