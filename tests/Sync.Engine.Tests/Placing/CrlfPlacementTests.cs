using System.Text;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Placing;

/// <summary>Texts are placed with CRLF, where that is asked for.</summary>
public sealed class CrlfPlacementTests : IDisposable
{
    private const string Staged = PrivateDirectory.Staging + "/c-x";

    private readonly PlacerBench _bench = new(path => path.EndsWith(".txt", StringComparison.Ordinal));

    public enum From { Bytes, Staging, File, FileWithCrlf }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(From.Bytes)]
    [InlineData(From.Staging)]
    [InlineData(From.File)]
    [InlineData(From.FileWithCrlf)]
    public void A_text_has_CRLF(From from)
    {
        var placement = Create("a.txt", "one\ntwo\n", from);
        _bench.Placer.Run([placement]);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.Equal("one\r\ntwo\r\n", File.ReadAllText(_bench.Root.At("a.txt")));
        Assert.Equal(10, placement.DiskLength);
        Assert.Equal(10, placement.Result.Stamp.Size);
        Assert.Equal(placement.Entry.MtimeNs, placement.Result.Stamp.MtimeNs);
        Assert.Empty(Directory.GetFiles(_bench.Root.At(PrivateDirectory.Staging)));
    }

    [Theory]
    [InlineData(From.Bytes, "a\r\nb\r\n")]
    [InlineData(From.Staging, "a\r\nb\r\n")]
    [InlineData(From.File, "a\r\nb\r\n")]
    [InlineData(From.Bytes, "a\r\nb\n")]
    [InlineData(From.Staging, "a\0\n")]
    [InlineData(From.File, "word")]
    public void What_is_no_text_of_LF_and_what_does_not_match_is_placed_as_it_is(From from, string content)
    {
        var placement = Create("a.txt", content, from);
        var other = Create("a.dat", "one\ntwo\n", From.Bytes);
        _bench.Placer.Run([placement, other]);
        Assert.Equal((PlacementOutcome.Done, PlacementOutcome.Done), (placement.Outcome, other.Outcome));
        Assert.Equal(content, File.ReadAllText(_bench.Root.At("a.txt")));
        Assert.Equal("one\ntwo\n", File.ReadAllText(_bench.Root.At("a.dat")));
        Assert.Null(placement.DiskLength);
        Assert.Null(other.DiskLength);
    }

    [Fact]
    public void A_copy_of_what_has_CRLF_here_has_LF_where_nothing_else_is_asked_for()
    {
        var placement = Create("a.dat", "one\ntwo\n", From.FileWithCrlf);
        _bench.Placer.Run([placement]);
        Assert.Equal(PlacementOutcome.Done, placement.Outcome);
        Assert.Equal("one\ntwo\n", File.ReadAllText(_bench.Root.At("a.dat")));
        Assert.Null(placement.DiskLength);
    }

    /// <summary>The converted bytes never stand where others look for the content.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_could_not_be_placed_leaves_nothing_false_in_staging(bool isText)
    {
        var placement = Create("a.txt", isText ? "one\n" : "one\r\n", From.Staging);
        File.WriteAllText(_bench.Root.At("a.txt"), "somebody's");
        _bench.Placer.Run([placement]);
        Assert.Equal(PlacementOutcome.Raced, placement.Outcome);
        Assert.Equal("somebody's", File.ReadAllText(_bench.Root.At("a.txt")));
        Assert.Equal(!isText, placement.KeptSupply is not null);
        Assert.Equal(isText ? [] : ["one\r\n"], Directory.GetFiles(_bench.Root.At(PrivateDirectory.Staging)).Select(File.ReadAllText));
    }

    private Placement Create(string target, string content, From from)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var source = "source of " + target;
        switch (from)
        {
            case From.Staging: File.WriteAllBytes(_bench.Root.At(Staged), bytes); break;
            case From.File: File.WriteAllBytes(_bench.Root.At(source), bytes); break;
            case From.FileWithCrlf: File.WriteAllBytes(_bench.Root.At(source), LineText.ToCrlf(bytes)); break;
        }

        var entry = new Entry
        {
            Id = new EntryId(7), Parent = EntryId.Root, Name = target, Kind = EntryKind.File, Mode = 0x1A4, Size = bytes.Length, MtimeNs = 1_700_000_000_000_000_000, Content = LineText.Id(bytes),
        };
        return new Placement(new Node(entry.Id), new Step(StepKind.Create))
        {
            Entry = entry, Source = "", Target = target,
            Supply = from switch { From.Bytes => ContentSupply.Of(bytes), From.Staging => ContentSupply.Staged(Staged), _ => ContentSupply.Local(source) },
        };
    }
}
