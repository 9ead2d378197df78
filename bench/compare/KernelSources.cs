using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>The source trees that are synced, unpacked once and kept from one invocation to the next.</summary>
internal sealed class KernelSources(Options options, string cache)
{
    public const string Package = "linux-source-6.1";
    public const string Archive = "/usr/src/linux-source-6.1.tar.xz";

    /// <summary>Files of the trees for slow links.</summary>
    public const int SmallFiles = 1_000;

    private const string NextPackage = "linux-source-6.12";
    private const string NextArchive = "/usr/src/linux-source-6.12.tar.xz";
    // Any older one would do; this one's figures for others are known.
    private const string EarlierVersion = "6.1.176-1";

    /// <summary>How the second tree came about, for the table.</summary>
    public string SecondDescription { get; private set; } = SecondVersion.Description;

    /// <summary>How the two tars came about.</summary>
    public string TarDescription { get; private set; } = SecondVersion.Description;

    /// <summary>The tree that is synced first.</summary>
    public Task<string> FirstAsync() => UnpackedAsync(options.Quick ? $"linux-6.1-{options.TreeFiles}" : "linux-6.1", Archive, options.TreeFiles);

    /// <summary>The tree that takes its place.</summary>
    public async Task<string> SecondAsync()
    {
        if (options.Quick || await FetchedAsync("linux-6.12", NextPackage, NextArchive) is not { } tree)
            return await ChangedAsync(await FirstAsync());
        SecondDescription = "6.12 of Debian";
        return tree;
    }

    /// <summary>A tar of one version, and one of the next.</summary>
    public async Task<(string Earlier, string Later)> TarsAsync()
    {
        var first = await FirstAsync();
        var versions = options.Quick ? [] : await DebianPackages.VersionsAsync(Package);
        var version = versions.Contains(EarlierVersion, StringComparer.Ordinal) ? EarlierVersion : versions.Length > 1 ? versions[^1] : null;
        if (version is null || await FetchedAsync($"linux-{version}", $"{Package}={version}", Archive) is not { } earlier)
            return (await TarAsync(first), await TarAsync(await ChangedAsync(first)));
        TarDescription = $"{version} of Debian, replaced by the installed version";
        return (await TarAsync(earlier), await TarAsync(first));
    }

    /// <summary>The beginning of the tree, and another version of it.</summary>
    public async Task<(string First, string Second)> SmallAsync()
    {
        var first = await UnpackedAsync($"linux-6.1-{SmallFiles}", Archive, SmallFiles);
        return (first, await ChangedAsync(first));
    }

    private static async Task<string> ChangedAsync(string first)
    {
        var tree = first + "-changed";
        if (!Directory.Exists(tree))
        {
            Progress.Say("making a second version of the tree");
            await Task.Run(() => SecondVersion.Make(first, tree));
        }

        return tree;
    }

    private async Task<string?> FetchedAsync(string name, string package, string archive)
    {
        if (Directory.Exists(Path.Combine(cache, name)))
            return Path.Combine(cache, name);
        Progress.Say($"fetching {package}");
        var folder = Directory.CreateDirectory(Path.Combine(cache, "fetch-" + Guid.NewGuid().ToString("N")[..8])).FullName;
        try
        {
            return await DebianPackages.FetchAsync(package, archive, folder) is { } file ? await UnpackedAsync(name, file, 0) : null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<string> UnpackedAsync(string name, string archive, int files)
    {
        var tree = Path.Combine(cache, name);
        if (Directory.Exists(tree))
            return tree;
        if (!File.Exists(archive))
            throw new InvalidOperationException($"{archive} is not there: the package {Package} could not be installed");
        Progress.Say($"unpacking {name}");
        await TarUnpacker.UnpackAsync(archive, tree, files);
        return tree;
    }

    // Two trees that differ a little give two tars that differ a little: names in order, and one mtime for all.
    private static async Task<string> TarAsync(string tree)
    {
        var tar = tree + ".tar";
        if (File.Exists(tar))
            return tar;
        Progress.Say($"making {Path.GetFileName(tar)}");
        _ = await Command.RunAsync(new ProcessStartInfo("tar", ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-cf", tar + ".partial", "-C", tree, "."]), null);
        File.Move(tar + ".partial", tar);
        return tar;
    }
}
