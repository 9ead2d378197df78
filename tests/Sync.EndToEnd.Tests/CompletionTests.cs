using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Completion as a person's shell does it: the script, the shell, the program.</summary>
public sealed class CompletionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("sync-host stat", "status")]
    [InlineData("sync-host share se", "set")]
    [InlineData("sync-host status --wa", "--watch")]
    [InlineData("sync-host share set docs --conflicts host", "host-wins")]
    [InlineData("sync-host flush --share do", "docs")]
    [InlineData("sync-host share remove d", "docs")]
    [InlineData("sync-guest jo", "join")]
    [InlineData("sync-guest run --log war", "warning")]
    public async Task Bash_completes(string line, string expected)
    {
        var items = await BashAsync(line);
        Assert.Equal([expected], items);
    }

    [Fact]
    public async Task Bash_offers_all_commands_after_a_space_and_nothing_for_paths()
    {
        var items = await BashAsync("sync-host ");
        Assert.Superset(new HashSet<string>(["serve", "share", "status", "doctor", "completions", "--help"], StringComparer.Ordinal), items.ToHashSet(StringComparer.Ordinal));
        // Then bash goes on with files.
        Assert.Empty(await BashAsync("sync-host share add docs /sr"));
    }

    [Fact]
    public async Task Zsh_completes()
    {
        await SkipWithoutAsync("zsh");
        using var place = await PlaceAsync();
        // A pseudo-terminal, as a person's: type, press Tab, take what stands there.
        var script = $$"""
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'export PATH={{place.Bin}}:$PATH SYNC_DATA={{place.Data}} PS1=; autoload -U compinit; compinit -u -d {{place.Bin}}/dump; source <(sync-host completions zsh); bindkey "^I" expand-or-complete; echo READY-$((1+1))'
            zpty -r shell text '*READY-2*'
            # After the completion to the line's beginning, and have it printed instead of run.
            zpty -n -w shell $'sync-host share remove d\t\C-aprint -r -- LINE: \n'
            # The whole line is printed once, with a line's end behind; it is typed without.
            zpty -r shell text $'*\nLINE: sync-host*\n'
            print -r -- "$text"
            zpty -d shell
            """;
        await using var run = ProcessRun.Start("timeout", "30", "zsh", "-f", "-c", script);
        Assert.Contains("LINE: sync-host share remove docs", (await run.EndAsync(Limit)).Expect(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sync-host stat", "status")]
    [InlineData("sync-host flush --share do", "docs")]
    public async Task Fish_completes(string line, string expected)
    {
        await SkipWithoutAsync("fish");
        using var place = await PlaceAsync();
        await using var run = ProcessRun.Start(
            "env", $"PATH={place.Bin}:{Environment.GetEnvironmentVariable("PATH")}", "SYNC_DATA=" + place.Data, "HOME=" + place.Bin,
            "fish", "--no-config", "-c", "sync-host completions fish | source; complete -C $argv[1]", line);
        Assert.Contains(expected, (await run.EndAsync(Limit)).Expect(0).Output.Split('\n'));
    }

    [Fact]
    public async Task Pwsh_gets_a_script_and_no_other_shell_does()
    {
        using var place = await PlaceAsync();
        await using var pwsh = ProcessRun.Start(Executables.Host, "completions", "pwsh");
        Assert.Contains("Register-ArgumentCompleter -Native -CommandName sync-host", (await pwsh.EndAsync(Limit)).Expect(0).Output, StringComparison.Ordinal);
        await using var tcsh = ProcessRun.Start(Executables.Host, "completions", "tcsh");
        (await tcsh.EndAsync(Limit)).ExpectError(2, "tcsh");
    }

    private static async Task<string[]> BashAsync(string line)
    {
        using var place = await PlaceAsync();
        var program = line.Split(' ')[0];
        // What readline does on Tab: sets these, calls the function that `complete` registered, takes COMPREPLY.
        const string Script = """
            source <("$1" completions bash)
            COMP_LINE=$2 COMP_POINT=${#2}
            read -ra COMP_WORDS <<<"$COMP_LINE"
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            registered=$(complete -p "$1"); function=${registered##*-F }; ${function%% *} "$1"
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        await using var run = ProcessRun.Start(
            "env", $"PATH={place.Bin}:{Environment.GetEnvironmentVariable("PATH")}", "SYNC_DATA=" + place.Data, "bash", "--norc", "--noprofile", "-c", Script, "bash", program, line);
        return (await run.EndAsync(Limit)).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<CompletionPlace> PlaceAsync()
    {
        var place = new CompletionPlace();
        await using var run = ProcessRun.Start(Executables.Host, "share", "add", "docs", Directory.CreateDirectory(Path.Combine(place.Root, "docs")).FullName, "--data", place.Data);
        (await run.EndAsync(Limit)).Expect(0);
        return place;
    }

    private static async Task SkipWithoutAsync(string shell)
    {
        await using var run = ProcessRun.Start("sh", "-c", "command -v " + shell);
        Assert.SkipUnless((await run.EndAsync(Limit)).ExitCode == 0, shell + " is not installed");
    }

    /// <summary>Both programs in a PATH of their own, and a data directory.</summary>
    private sealed class CompletionPlace : IDisposable
    {
        public CompletionPlace()
        {
            Bin = Directory.CreateDirectory(Path.Combine(Root, "bin")).FullName;
            File.CreateSymbolicLink(Path.Combine(Bin, "sync-host"), Executables.Host);
            File.CreateSymbolicLink(Path.Combine(Bin, "sync-guest"), Executables.Guest);
        }

        public string Root { get; } = Directory.CreateTempSubdirectory("sync-e2e-").FullName;

        public string Bin { get; }

        public string Data => Path.Combine(Root, "data");

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
