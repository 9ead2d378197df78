using Sync.Client;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>The .NET package, and the walk-throughs in other languages.</summary>
public sealed class ClientTests
{
    private static string Repository => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Executables.Host)!, "../../../../.."));

    private static string GoogleApis => typeof(ClientTests).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), false)
        .Cast<System.Reflection.AssemblyMetadataAttribute>().Single(a => a.Key == "googleapis").Value!;

    private static string CertificateOf(Pair pair) => Path.Combine(pair.Temporary("host.data"), "api.pem");

    [Fact]
    public async Task The_package_starts_a_job_waits_and_sees_the_events()
    {
        await using Pair pair = await Pair.StartWithApiAsync();
        using ApiClient api = await pair.Host.ApiAsync("sync");
        string fingerprint = (await pair.Host.RunAsync("status", "--json")).Expect(0).Json.GetProperty("fingerprint").GetString()!;
        using var client = SyncClient.Connect(api.Address, api.Token!, fingerprint);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        pair.Host.Tree.Put("a", "1");
        SyncJob job = await client.StartJobAsync(Pair.Share, new SyncJobOptions { IdempotencyKey = "k" }, cancel);
        Assert.Equal(job.Id, (await client.StartJobAsync(Pair.Share, new SyncJobOptions { IdempotencyKey = "k" }, cancel)).Id);
        job = await client.WaitAsync(job.Id, TimeSpan.FromSeconds(60), cancel);
        Assert.Equal(SyncJobState.Done, job.State);
        pair.Check("a", "1");
        Assert.Equal("in-sync", (await client.ShareAsync(Pair.Share, cancel)).State);

        // Over a restart of the host: the port of the API is another, so by the socket, which is the same.
        using var local = SyncClient.ConnectLocal(Path.Combine(pair.Temporary("host.data"), "control.sock"));
        var seen = new List<SyncEvent>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await foreach (SyncEvent what in local.EventsAsync(Pair.Share, after: 1, limit.Token))
        {
            seen.Add(what);
            if (what.Kind == "job" && what.State == "done")
                break;
        }

        Assert.Equal("gap", seen[0].Kind);
        Assert.Contains(seen, e => e is { Kind: "change", Path: "a" });
    }

    [Fact]
    public async Task What_the_host_refuses_has_a_code()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient api = await pair.Host.ApiAsync("read");
        string fingerprint = (await pair.Host.RunAsync("status", "--json")).Expect(0).Json.GetProperty("fingerprint").GetString()!;
        using (var client = SyncClient.Connect(api.Address, api.Token!, fingerprint))
        {
            Assert.Equal("scope", (await Assert.ThrowsAsync<SyncException>(() => client.StartJobAsync(Pair.Share, null, TestContext.Current.CancellationToken))).Code);
            Assert.Equal("not-found", (await Assert.ThrowsAsync<SyncException>(() => client.JobAsync("0123456789abcdef", TestContext.Current.CancellationToken))).Code);
        }

        using var other = SyncClient.Connect(api.Address, api.Token!, new string('0', 64));
        Assert.Equal("unreachable", (await Assert.ThrowsAsync<SyncException>(() => other.ShareAsync(Pair.Share, TestContext.Current.CancellationToken))).Code);
    }

    [Fact]
    public async Task By_Python_as_the_example_says()
    {
        Assert.SkipWhen((await SystemCommand.RunAsync("/usr/bin/python3", "-c", "import grpc, google.protobuf")).ExitCode != 0, "python3-grpcio or python3-protobuf is not installed.");
        await using Pair pair = await Pair.StartWithApiAsync();
        using ApiClient api = await pair.Host.ApiAsync("sync");
        string modules = Directory.CreateDirectory(pair.Temporary("modules")).FullName;
        (await SystemCommand.RunOrSkipAsync(
            "protoc", "-I", Path.Combine(Repository, "proto"), "-I", GoogleApis, "--python_out=" + modules,
            "sync/v1/control.proto", "google/api/annotations.proto", "google/api/http.proto")).Expect(0);
        pair.Host.Tree.Put("a", "1");
        (await SystemCommand.RunAsync(
            "env", "SYNC_TOKEN=" + api.Token, "PYTHONPATH=" + modules, "PYTHONDONTWRITEBYTECODE=1",
            "/usr/bin/python3", Path.Combine(Repository, "examples/api/job.py"), api.Address.Authority, Pair.Share, CertificateOf(pair))).Expect(0);
        pair.Check("a", "1");
    }

    [Fact]
    public async Task By_Node_as_the_example_says()
    {
        await using Pair pair = await Pair.StartWithApiAsync();
        using ApiClient api = await pair.Host.ApiAsync("sync");
        string work = Directory.CreateDirectory(pair.Temporary("node")).FullName;
        foreach (string file in (string[])["job.mjs", "package.json", "package-lock.json"])
            File.Copy(Path.Combine(Repository, "examples/api", file), Path.Combine(work, file));
        CommandResult install = await SystemCommand.RunOrSkipAsync("npm", "ci", "--prefix", work, "--no-audit", "--no-fund", "--ignore-scripts");
        Assert.SkipWhen(install.ExitCode != 0, "npm cannot install the example's packages: " + install.Error);
        pair.Host.Tree.Put("a", "1");
        (await SystemCommand.RunAsync(
            "env", "SYNC_TOKEN=" + api.Token, "node", Path.Combine(work, "job.mjs"), api.Address.Authority, Pair.Share, CertificateOf(pair), Path.Combine(Repository, "proto"), GoogleApis)).Expect(0);
        pair.Check("a", "1");
    }

    [Fact]
    public async Task By_curl_as_the_example_says()
    {
        await using Pair pair = await Pair.StartWithApiAsync();
        using ApiClient api = await pair.Host.ApiAsync("sync");
        pair.Host.Tree.Put("a", "1");
        CommandResult run = await SystemCommand.RunOrSkipAsync(
            "env", "SYNC_TOKEN=" + api.Token, Path.Combine(Repository, "examples/api/job.sh"), api.Address.ToString().TrimEnd('/'), Pair.Share, CertificateOf(pair));
        run.Expect(0);
        pair.Check("a", "1");
    }
}
