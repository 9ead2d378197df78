using System.Text;

namespace Sync.Host.Provisioning;

/// <summary>A recipe in the words of what makes machines. Pure.</summary>
internal static class RecipeFormats
{
    private static readonly Dictionary<string, Func<GuestRecipe, string>> All = new(StringComparer.Ordinal)
    {
        ["shell"] = ShellRecipe.Render,
        ["cloud-init"] = CloudInit,
        ["vagrant"] = Vagrant,
        ["multipass"] = recipe => CloudInit(recipe).Replace("#cloud-config\n", "#cloud-config\n# multipass launch --name NAME --cloud-init THIS-FILE\n", StringComparison.Ordinal),
        ["lima"] = Lima,
        ["compose"] = Compose,
        ["jenkins-agent"] = JenkinsAgent,
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    /// <summary>What to give to the tool of that name.</summary>
    public static string Render(string format, GuestRecipe recipe) => All[format](recipe);

    /// <summary>User data. The script stands in base64, so that nothing in it meets YAML's rules. It runs at each boot until it has joined: the host may be away at the first one, or power go. Then it removes itself:
    /// user data stays readable, but its invite is used up.</summary>
    private static string CloudInit(GuestRecipe recipe) => $"""
        #cloud-config
        packages:
          - curl
        write_files:
          - path: /var/lib/cloud/scripts/per-boot/sync-guest-join.sh
            permissions: "0700"
            encoding: b64
            content: {Base64(ShellRecipe.Render(recipe) + "rm -f -- \"$0\"\n")}

        """;

    private static string Vagrant(GuestRecipe recipe) => $"""
        # In the Vagrantfile, beside the machine's own configuration.
        Vagrant.configure("2") do |config|
          config.vm.provision "sync-guest", type: "shell", privileged: true, inline: "echo {Base64(ShellRecipe.Render(recipe))} | base64 -d | sh"
        end

        """;

    private static string Lima(GuestRecipe recipe) => $"""
        # In the instance's YAML: limactl start THIS-FILE, with images of your own.
        provision:
          - mode: system
            script: |
        {Indent(ShellRecipe.Render(recipe), 6)}
        """;

    private static string Compose(GuestRecipe recipe) => $"""
        services:
          sync-guest:
            image: debian:stable-slim
            restart: unless-stopped
            environment:
              SYNC_FOREGROUND: "1"
            command:
              - sh
              - -c
              - "if ! command -v curl >/dev/null; then apt-get update -q && apt-get install -qy --no-install-recommends curl || exit 1; fi; echo {Base64(ShellRecipe.Render(recipe))} | base64 -d >/run/join.sh && exec sh /run/join.sh"
            volumes:
              - sync-guest-program:/opt/sync-guest
              - sync-guest-data:/var/lib/sync-guest
              - sync-guest-files:{Yaml(recipe.Directory)}
        volumes:
          sync-guest-program: {"{}"}
          sync-guest-data: {"{}"}
          sync-guest-files: {"{}"}

        """;

    /// <summary>A step in the agent's own home: it need not be root, and finds there what an earlier one has joined. Not in the workspace: who cleans that would delete the share's files everywhere.</summary>
    private static string JenkinsAgent(GuestRecipe recipe) => $$"""
        // In a Jenkinsfile, before the steps that need the share.
        node('{{Groovy(recipe.Name)}}') {
          stage('Join the share') {
            // Its files are in $HOME{{recipe.Directory}}: a workspace that is cleaned would take them from everybody.
            sh '''#!/bin/sh
              set -e
              export SYNC_PREFIX="$HOME/sync-guest" SYNC_DATA="$HOME/.local/share/sync-guest" SYNC_DIR="$HOME{{recipe.Directory}}" BUILD_ID=dontKillMe JENKINS_NODE_COOKIE=dontKillMe
              echo {{Base64(ShellRecipe.Render(recipe))}} | base64 -d | sh
              "$SYNC_PREFIX/sync-guest" flush --share {{ShellRecipe.Quote(recipe.Share).Replace("\\", "\\\\", StringComparison.Ordinal)}} --timeout 10m --data "$SYNC_DATA"
            '''
          }
        }

        """;

    private static string Base64(string script) => Convert.ToBase64String(Encoding.UTF8.GetBytes(script));

    private static string Indent(string text, int columns) => string.Concat(text.Split('\n').Select(line => line.Length == 0 ? "\n" : new string(' ', columns) + line + "\n"));

    /// <summary>A word in YAML's double quotes.</summary>
    private static string Yaml(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.') ? word : throw new ArgumentException($"'{word}' cannot stand in a volume's name.", nameof(word));

    private static string Groovy(string word) => word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
