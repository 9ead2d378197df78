using System.Globalization;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>What was seen in many rounds.</summary>
internal sealed class PowerLossFigures
{
    /// <summary>Moments at which the power went, on one side or on both.</summary>
    public int Losses { get; set; }

    /// <summary>Disks that were mounted again.</summary>
    public int Images { get; set; }

    /// <summary>Flushes that were acknowledged before a loss.</summary>
    public int Acknowledged { get; set; }

    /// <summary>Files of theirs that were looked for.</summary>
    public int AcknowledgedFiles { get; set; }

    /// <summary>Files that their own programs had not synced, and that were torn.</summary>
    public int TornByProgram { get; set; }

    /// <summary>Files that an agent had put in place and that were torn on the disk.</summary>
    public int TornByAgent { get; set; }

    /// <summary>Conflict copies of what had not been synced.</summary>
    public int Copies { get; set; }

    /// <summary>Files that their program had deleted or moved, and that stood again where they were.</summary>
    public int CameBack { get; set; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Losses} losses, {Images} disks, {Acknowledged} flushes acknowledged before one ({AcknowledgedFiles} files), {TornByProgram} files torn by their programs, {TornByAgent} by agents, {Copies} conflict copies, {CameBack} files came back");
}
