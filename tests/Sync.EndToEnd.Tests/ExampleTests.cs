using System.Reflection;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>The files in `examples/` for CI systems: their shell steps are run as they stand, with what those systems set around them.</summary>
public sealed class ExampleTests
{
    [Fact]
    public Task Jenkins() => RunAsync("jenkins/Jenkinsfile", CiSteps.OfJenkins, "nightly/17", (workspace, secret) => new(StringComparer.Ordinal)
    {
        ["SYNC_PULL_TOKEN"] = secret["SYNC_PULL_TOKEN"],
        ["SYNC_PUSH_TOKEN"] = secret["SYNC_PUSH_TOKEN"],
        ["env.WORKSPACE_TMP"] = workspace + "@tmp",
        ["JOB_BASE_NAME"] = "nightly",
        ["BUILD_NUMBER"] = "17",
    });

    [Fact]
    public Task GitHub() => RunAsync("github-actions/sync-artifacts.yml", CiSteps.OfGitHub, "acme/tool/17", (workspace, secret) => new(StringComparer.Ordinal)
    {
        ["secrets.SYNC_PULL_TOKEN"] = secret["SYNC_PULL_TOKEN"],
        ["secrets.SYNC_PUSH_TOKEN"] = secret["SYNC_PUSH_TOKEN"],
        ["runner.temp"] = workspace + "-temp",
        ["GITHUB_REPOSITORY"] = "acme/tool",
        ["GITHUB_RUN_NUMBER"] = "17",
    });

    [Fact]
    public Task GitLab() => RunAsync("gitlab/.gitlab-ci.yml", CiSteps.OfGitLab, "acme/tool/17", (workspace, secret) => new(StringComparer.Ordinal)
    {
        ["SYNC_PULL_TOKEN"] = secret["SYNC_PULL_TOKEN"],
        ["SYNC_PUSH_TOKEN"] = secret["SYNC_PUSH_TOKEN"],
        ["CI_PROJECT_DIR"] = workspace,
        ["CI_PROJECT_PATH"] = "acme/tool",
        ["CI_PIPELINE_IID"] = "17",
    });

    private static async Task RunAsync(
        string file, Func<string, CiSteps> parse, string pushedTo, Func<string, IReadOnlyDictionary<string, string>, Dictionary<string, string>> around)
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("toolchain/bin/cc", "a compiler").Put("toolchain/lib/c", "a library").Put("other", "not for the job")
            // tar keeps whole seconds.
            .Mtime("toolchain/bin/cc", 1_790_000_000_000_000_000).Mtime("toolchain/lib/c", 1_790_000_001_000_000_000));
        string results = Directory.CreateDirectory(pair.Temporary("results")).FullName;
        (await pair.Host.RunAsync("share", "add", "results", results)).Expect(0);
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SYNC_PULL_TOKEN"] = await pair.Host.InviteAsync("--read-only", "--ephemeral", "--linger", "10s", "--uses", "2"),
            ["SYNC_PUSH_TOKEN"] = await pair.Host.InviteAsync("--share", "results", "--ephemeral", "--linger", "10s", "--uses", "2"),
        };
        CiSteps steps = parse(await File.ReadAllTextAsync(At(file), TestContext.Current.CancellationToken));
        string workspace = Directory.CreateDirectory(pair.Temporary("workspace")).FullName;
        Directory.CreateDirectory(pair.Temporary("home"));
        Dictionary<string, string> known = around(workspace, secrets);
        foreach ((string name, string value) in steps.Variables)
            known[name] = Fill(value, known);
        foreach (string step in steps.Steps)
            (await StepAsync(pair, workspace, known, [.. steps.Shell, step])).Expect(0);

        string bundle = Path.Combine(results, pushedTo, "bundle.tar");
        Assert.True(File.Exists(bundle), $"{bundle} is missing");
        string unpacked = Directory.CreateDirectory(pair.Temporary("unpacked")).FullName;
        (await SystemCommand.RunAsync("tar", "-C", unpacked, "-xf", bundle)).Expect(0);
        Assert.Equal("", TreeSnapshot.Diff(TreeSnapshot.Of(pair.Host.Tree.At("toolchain")), TreeSnapshot.Of(unpacked)));
        Assert.Equal(["bundle.tar"], Directory.EnumerateFileSystemEntries(Path.Combine(results, pushedTo)).Select(Path.GetFileName));
        // Nothing of the job is left on the host.
        await Eventually.HoldsAsync(
            async () => (await pair.Host.RunAsync("guest", "list", "--json")).Expect(0).Json.GetProperty("guests").GetArrayLength() == 0, () => "the job's guest is forgotten");
    }

    /// <summary>Runs a step as the CI system does: in its workspace, with its variables and an agent's plain surroundings.</summary>
    private static Task<CommandResult> StepAsync(Pair pair, string workspace, IReadOnlyDictionary<string, string> variables, string[] shell)
    {
        string programs = Path.GetDirectoryName(Executables.Guest)!;
        string[] environment =
        [
            .. variables.Where(v => !v.Key.Contains('.', StringComparison.Ordinal)).Select(v => $"{v.Key}={v.Value}"),
            $"PATH={programs}:{Environment.GetEnvironmentVariable("PATH")}",
            $"HOME={pair.Temporary("home")}",
        ];
        return SystemCommand.RunAsync("env", ["-C", workspace, .. environment, .. shell]);
    }

    /// <summary>Fills in what the CI system puts in a variable's place: <c>${{ NAME }}</c>, <c>${NAME}</c>, <c>$NAME</c>.</summary>
    private static string Fill(string value, Dictionary<string, string> known)
    {
        foreach ((string name, string text) in known.OrderByDescending(k => k.Key.Length))
            value = value.Replace("${{ " + name + " }}", text, StringComparison.Ordinal).Replace("${" + name + "}", text, StringComparison.Ordinal).Replace("$" + name, text, StringComparison.Ordinal);
        Assert.DoesNotContain("$", value, StringComparison.Ordinal);
        return value;
    }

    private static string At(string file) => Path.Combine(
        typeof(ExampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "examples").Value!, file);
}
