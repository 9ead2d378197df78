using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Sync.Host.Provisioning;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Sync.Host.Tests;

/// <summary>What makes a machine join by itself, in each tool's words.</summary>
public sealed class ProvisionTests
{
    private static readonly GuestRecipe Recipe = new("build-7", "it's work", "/srv/work", "sync1.abc-_", new Uri("https://10.0.2.2:8443/packages/sync-guest-1.2.3-linux-x64.tar.gz"), new string('a', 64));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("alice")]
    public async Task AShellReadsTheScript(string? user)
    {
        var script = RecipeFormats.Render("shell", Recipe with { User = user });
        Assert.Contains($"user=\"${{SYNC_USER:-{user}}}\"\n", script, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', script);
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-n"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })!;
        await shell.StandardInput.WriteAsync(script);
        shell.StandardInput.Close();
        Assert.Equal("", await shell.StandardError.ReadToEndAsync(Cancel));
        await shell.WaitForExitAsync(Cancel);
        Assert.Equal(0, shell.ExitCode);
    }

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("it's $(here)", "'it'\\''s $(here)'")]
    public void AWordIsOneWordToAShell(string word, string written) => Assert.Equal(written, ShellRecipe.Quote(word));

    [Theory]
    [InlineData("cloud-init")]
    [InlineData("multipass")]
    public void CloudInitWritesAndRunsTheScript(string format)
    {
        var text = RecipeFormats.Render(format, Recipe);
        // Its first line, or cloud-init does not take it for one.
        Assert.StartsWith("#cloud-config\n", text, StringComparison.Ordinal);
        var data = Yaml(text);
        var file = (YamlMappingNode)Assert.Single((YamlSequenceNode)data["write_files"]);
        Assert.Equal(("0700", "b64"), (Word(file["permissions"]), Word(file["encoding"])));
        // At each boot, until it has joined.
        Assert.StartsWith("/var/lib/cloud/scripts/per-boot/", Word(file["path"]), StringComparison.Ordinal);
        Assert.Equal(RecipeFormats.Render("shell", Recipe) + "rm -f -- \"$0\"\n", Encoding.UTF8.GetString(Convert.FromBase64String(Word(file["content"]))));
    }

    [Fact]
    public void LimaRunsTheScriptAsItIs()
    {
        var step = Assert.Single((YamlSequenceNode)Yaml(RecipeFormats.Render("lima", Recipe))["provision"]);
        Assert.Equal("system", Word(step["mode"]));
        Assert.Equal(RecipeFormats.Render("shell", Recipe).TrimEnd('\n'), Word(step["script"]).TrimEnd('\n'));
    }

    [Fact]
    public void AComposeServiceHasTheScriptInItsCommandAndItsDirectoriesInVolumes()
    {
        var compose = Yaml(RecipeFormats.Render("compose", Recipe));
        var service = compose["services"]["sync-guest"];
        Assert.Equal(RecipeFormats.Render("shell", Recipe), Carried(Word(service["command"][2])));
        var volumes = ((YamlSequenceNode)service["volumes"]).Select(v => Word(v).Split(':')).ToList();
        Assert.Equal(["/opt/sync-guest", "/var/lib/sync-guest", "/srv/work"], volumes.Select(v => v[1]));
        Assert.Equal(volumes.Select(v => v[0]), ((YamlMappingNode)compose["volumes"]).Children.Keys.Select(Word));
        // Compose takes a lone dollar for a variable of its own.
        Assert.DoesNotContain("$", Word(service["command"][2]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vagrant")]
    [InlineData("jenkins-agent")]
    public void OthersCarryTheScriptWhole(string format) => Assert.Equal(RecipeFormats.Render("shell", Recipe), Carried(RecipeFormats.Render(format, Recipe)));

    private static YamlNode Yaml(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return Assert.Single(yaml.Documents).RootNode;
    }

    private static string Word(YamlNode node) => ((YamlScalarNode)node).Value!;

    /// <summary>What is decoded from base64 by a command in it.</summary>
    private static string Carried(string text) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(Regex.Match(text, @"echo (?<code>\S+) \| base64 -d", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["code"].Value));
}
