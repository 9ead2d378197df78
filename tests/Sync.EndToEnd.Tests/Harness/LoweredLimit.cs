using System.Globalization;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Less of what the kernel gives out than an agent wants.</summary>
internal static class LoweredLimit
{
    /// <summary>What to start an agent through, so that it is a user of its own who may have so many of something: a name in `/proc/sys/user`. Skips the
    /// test where there are no user namespaces.</summary>
    public static async Task<IReadOnlyList<string>> OfUserAsync(string name, int limit)
    {
        string[] through =
        [
            "unshare", "--user", "--map-root-user", "sh", "-c",
            string.Create(CultureInfo.InvariantCulture, $"echo {limit} > /proc/sys/user/{name} && exec \"$@\""), "sh",
        ];
        CommandResult result = await SystemCommand.RunAsync(through[0], [.. through[1..], "true"]);
        Assert.SkipWhen(result.ExitCode != 0, $"no limit can be set for a user alone here: {result.Error.Trim()}");
        return through;
    }

    /// <summary>Lets a process that runs open no more than so many files beyond those that it has.</summary>
    /// <returns>Gives it back what it had.</returns>
    public static async Task<Func<Task>> OfFilesAsync(int process, int more)
    {
        string id = process.ToString(CultureInfo.InvariantCulture);
        string before = (await SystemCommand.RunOrSkipAsync("prlimit", "--pid", id, "--nofile", "--noheadings", "--output", "SOFT")).Output.Trim();
        int limit = Directory.GetFiles($"/proc/{id}/fd").Length + more;
        (await SystemCommand.RunAsync("prlimit", "--pid", id, string.Create(CultureInfo.InvariantCulture, $"--nofile={limit}:"))).Expect(0);
        return async () => (await SystemCommand.RunAsync("prlimit", "--pid", id, $"--nofile={before}:")).Expect(0);
    }
}
