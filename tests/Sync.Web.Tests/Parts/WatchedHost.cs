using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.Web.Tests.Parts;

/// <summary>A <c>sync-host</c> with its web server.</summary>
internal sealed class WatchedHost(string dataDirectory, IReadOnlyList<string> shares) : TestAgent(Executables.Host, dataDirectory)
{
    /// <summary>The port guests come to.</summary>
    public int Port { get; } = FreePort.Take();

    /// <summary>Where the dashboard is.</summary>
    public Uri Address { get; } = new(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{FreePort.Take()}/"));

    // Said once the web server answers.
    protected override string ReadyLine => "sync-host: API at ";

    protected override IReadOnlyList<string> AgentArguments =>
    [
        "serve", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}"), "--api", Address.Authority,
        .. shares.SelectMany(share => (string[])["--share", share]),
    ];

    /// <summary>An address that signs the local user in, once.</summary>
    public async Task<string> SignInLinkAsync() => (await RunAsync("dashboard", "--print")).Expect(0).Output.Trim();

    /// <summary>A token.</summary>
    public async Task<string> TokenAsync(string scope, params string[] options) => (await RunAsync(["token", "create", "--scope", scope, .. options])).Expect(0).Output.Trim();

    /// <summary>An invite to a share.</summary>
    public async Task<string> InviteAsync(string share) => (await RunAsync("invite", "--share", share)).Expect(0).Output.Trim();

    protected override Task<int> RunCommandLineAsync(string[] arguments, TextWriter output, TextWriter error) =>
        global::Sync.Host.Program.CreateCommandLine().RunAsync(arguments, output, error);
}
