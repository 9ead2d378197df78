using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>An sshd of this program's own: its own keys, configuration and port, for this user only, on loopback only.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/sshd";
    private const string Alias = "sync-compare";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _directory;
    private Process? _process;

    private SshServer(string directory, int port)
    {
        _directory = directory;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Its process's id; sessions are its children.</summary>
    public int Id => _process!.Id;

    /// <summary>The client's configuration: keys, cipher, and the host key expected. Takes <c>-p</c> beside it.</summary>
    public string ClientConfiguration => Path.Combine(_directory, "ssh_config");

    public static async Task<SshServer> StartAsync(string directory)
    {
        var server = new SshServer(directory, Loopback.FreePort());
        await server.WriteFilesAsync();
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        server._process = Process.Start(Program, ["-D", "-f", server.In("sshd_config"), "-E", server.In("sshd.log")]);
        var begun = Stopwatch.GetTimestamp();
        while (!await Loopback.AnswersAsync(server.Port))
        {
            if (server._process.HasExited || Stopwatch.GetElapsedTime(begun) > Patience)
                throw new InvalidOperationException($"{Program} did not come up: {await File.ReadAllTextAsync(server.In("sshd.log"))}");
            await Task.Delay(20);
        }

        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await ProcessEnd.OfAsync(_process);
    }

    private string In(string name) => Path.Combine(_directory, name);

    private async Task WriteFilesAsync()
    {
        foreach (var key in (string[])["host_key", "client_key"])
            _ = await Command.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", In(key));
        File.Copy(In("client_key.pub"), In("authorized_keys"));
        await File.WriteAllTextAsync(In("known_hosts"), $"{Alias} {await File.ReadAllTextAsync(In("host_key.pub"))}");
        await File.WriteAllTextAsync(In("sshd_config"), $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {In("host_key")}
            AuthorizedKeysFile {In("authorized_keys")}
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            Ciphers aes128-gcm@openssh.com

            """);
        await File.WriteAllTextAsync(ClientConfiguration, $"""
            Host *
                User {Environment.UserName}
                IdentityFile {In("client_key")}
                IdentitiesOnly yes
                HostKeyAlias {Alias}
                UserKnownHostsFile {In("known_hosts")}
                GlobalKnownHostsFile /dev/null
                StrictHostKeyChecking yes
                BatchMode yes
                Ciphers aes128-gcm@openssh.com

            """);
    }
}
