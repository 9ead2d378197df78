namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A `sync-host`.</summary>
internal sealed class TestHost : TestAgent
{
    private readonly string[] _shares;

    public TestHost(string dataDirectory, int port, params string[] shares)
        : base(Executables.Host, dataDirectory)
    {
        Port = port;
        _shares = shares;
    }

    public int Port { get; }

    /// <summary>The files of the share that a <see cref="Pair"/> made.</summary>
    public TestTree Tree { get; init; } = null!;

    /// <summary>Where it listens; null: at <see cref="Port"/> of the <see cref="Machines"/>' address alone.</summary>
    public IReadOnlyList<string>? Listen { get; init; }

    /// <summary>Whether it is started with an API on a free port.</summary>
    public bool HasApi { get; set; }

    protected override string ReadyLine => "sync-host: listening on ";

    protected override IReadOnlyList<string> AgentArguments =>
        ["serve", .. (Listen ?? [Machines.At(Port)]).SelectMany(at => (string[])["--listen", at]), .. _shares.SelectMany(share => (string[])["--share", share]), .. HasApi ? ["--api", "127.0.0.1:0"] : Array.Empty<string>()];

    /// <summary>A token for a share.</summary>
    public async Task<string> InviteAsync(params string[] options)
    {
        string[] share = options.Contains("--share") ? [] : ["--share", Pair.Share];
        CommandResult result = (await RunAsync(["invite", .. share, .. options])).Expect(0);
        string token = result.Output.TrimEnd('\n');
        Xunit.Assert.False(token.Length == 0 || token.Contains('\n', StringComparison.Ordinal), $"the token is not alone on stdout\n{result}");
        return token;
    }

    /// <summary>A client of its API.</summary>
    /// <param name="scope">Of its token; null for none.</param>
    /// <param name="options">More options of `token create`.</param>
    public async Task<ApiClient> ApiAsync(string? scope, params string[] options)
    {
        Uri? address = null;
        // It says so after the ready line.
        await Eventually.HoldsAsync(
            async () =>
            {
                CommandResult printed = await RunAsync("dashboard", "--print");
                address = printed.ExitCode == 0 ? new Uri(printed.Output.Trim()) : null;
                return address is not null;
            },
            () => "the API answers\n" + this);
        string? token = scope is null ? null : (await RunAsync(["token", "create", "--scope", scope, .. options])).Expect(0).Output.Trim();
        return new ApiClient(new Uri(address!.GetLeftPart(UriPartial.Authority)), token);
    }

    protected override Task<int> RunCommandLineAsync(string[] arguments, TextWriter output, TextWriter error) =>
        global::Sync.Host.Program.CreateCommandLine().RunAsync(arguments, output, error);
}
