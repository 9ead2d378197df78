using System.Globalization;
using CsCheck;
using Sync.Fuzzing.Tests.Targets;
using Xunit;

namespace Sync.Fuzzing.Tests;

/// <summary>
/// Every decoder of bytes from a peer or from disk refuses what it should, in the documented way, in bounded memory. A run of the tests takes a second for
/// each; <c>SYNC_FUZZ_INPUTS</c> says how many inputs each gets instead, <c>SYNC_FUZZ_SEED</c> where to begin, <c>SYNC_FUZZ_TARGETS</c> which ones ("a,b").
/// </summary>
public sealed class FuzzTests
{
    private const int UsualSeed = 1;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Targets => new(FuzzTargets.All.Select(t => t.Name).Where(IsWanted));

    [Theory, MemberData(nameof(Targets))]
    public void Hostile_bytes_are_refused_as_documented(string name)
    {
        var target = FuzzTargets.All.Single(t => t.Name == name);
        var many = Number("SYNC_FUZZ_INPUTS");
        var run = new FuzzRun(target, (int)(Number("SYNC_FUZZ_SEED") ?? UsualSeed));
        run.Go(many ?? long.MaxValue, many is null ? Short : TimeSpan.MaxValue);
        TestContext.Current.SendDiagnosticMessage("{0}: {1} inputs, {2} kinds of outcomes", name, run.Inputs, run.Outcomes.Count);
        if (many is not null) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {run.Inputs} inputs, {run.Outcomes.Count} kinds of outcomes"));
        // Both must have been met, or the inputs say nothing: something accepted, something refused.
        Assert.Contains(run.Outcomes, o => o.StartsWith("accepted", StringComparison.Ordinal));
        Assert.Contains(run.Outcomes, o => !o.StartsWith("accepted", StringComparison.Ordinal));
    }

    [Fact]
    public void A_decoder_that_does_not_withstand_them_is_found()
    {
        // Reads past the end where a length says so; and one that believes a length.
        var careless = new BytesTarget("careless", Gen.Byte.Array[4, 20].Select(b => (byte[])[(byte)b.Length, .. b]), input => input.Length > 0 && input[0] < 200 ? "accepted " + input[input[0] % 64] : "refused");
        var found = Assert.Throws<FuzzFindingException>(() => new FuzzRun(careless, UsualSeed).Go(100_000, TimeSpan.MaxValue));
        Assert.IsType<IndexOutOfRangeException>(found.InnerException);
        var greedy = new BytesTarget("greedy", Gen.Byte.Array[4, 20], input => "accepted " + new byte[input.Length > 2 && input[0] == 0xFF ? 10 << 20 : 1].Length);
        Assert.Contains("allocated", Assert.Throws<FuzzFindingException>(() => new FuzzRun(greedy, UsualSeed).Go(1_000_000, TimeSpan.MaxValue)).InnerException!.Message, StringComparison.Ordinal);
    }

    private static bool IsWanted(string target) =>
        Environment.GetEnvironmentVariable("SYNC_FUZZ_TARGETS") is not { Length: > 0 } some || some.Split(',').Contains(target);

    private static long? Number(string variable) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
