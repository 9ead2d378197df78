using System.Text;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Placing;

/// <summary>A file was written to twice within a tick of the disk's clock, and is taken away before its second event: its stamp is as the trees have it, its bytes are not.</summary>
public sealed class UnseenEditTests : IDisposable
{
    private readonly PlacerBench _bench = new();
    private readonly TreeSet _trees = new(EntryId.Root);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("as it was", "version")]
    [InlineData("as it is.", "edit")]
    [InlineData("as it was\r\n", "version")]
    public void What_nobody_has_seen_is_kept_for_its_user(string written, string becomes)
    {
        File.WriteAllText(_bench.Root.At("f"), written);
        Assert.Equal(FsError.None, _bench.Root.Fs.Stat("f", out var stat));
        var known = new Entry { Id = new EntryId(2), Parent = EntryId.Root, Name = "f", Kind = EntryKind.File, Size = 9, Content = LineText.Id(Encoding.UTF8.GetBytes(written.Replace("is.", "was", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal))) };
        var node = _trees.GetOrAdd(known.Id);
        _trees.SetLocal(node, known, stat.Stamp);
        var removal = new Placement(node, new Step(StepKind.Remove)) { Entry = known, Source = "f", Target = "f", Expected = stat.Stamp, DisplacedContent = known.Content, Reason = "deleted" };
        _bench.Placer.Run([removal]);
        Assert.Equal(PlacementOutcome.Done, removal.Outcome);
        Assert.False(File.Exists(_bench.Root.At("f")));
        Assert.Equal(becomes == "edit", removal.Lingering is not null);
        // It is looked at as soon as it has no writer, and is not what it is said to have been.
        if (removal.Lingering is { } lingering) Assert.Equal((written, default), (File.ReadAllText(_bench.Root.At(lingering.Path)), lingering.Stat.Stamp));
    }
}
