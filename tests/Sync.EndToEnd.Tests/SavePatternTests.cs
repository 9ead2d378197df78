using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>The ways in which programs save: whatever they do to names and inodes on the way, what was saved last stands on both sides, and nothing else.</summary>
public sealed class SavePatternTests
{
    /// <summary>Each saves $1 in what it saves, in a directory of its own that has been synced once. Those that need a program which is not there do nothing.</summary>
    private static readonly (string Name, string Before, string Save)[] Patterns =
    [
        ("in-place", "echo 0 > f", "printf '%s\n' \"$1\" > f"),
        ("temporary-and-rename", "echo 0 > f", "printf '%s\n' \"$1\" > .f.tmp && mv .f.tmp f"),
        ("temporary-synced-and-rename", "echo 0 > f", "printf '%s\n' \"$1\" > f.new && sync f.new && mv f.new f"),
        ("backup-and-rename", "echo 0 > f", "mv f f~ && printf '%s\n' \"$1\" > f && rm f~"),
        ("backup-kept", "echo 0 > f", "mv f f.orig && printf '%s\n' \"$1\" > f"),
        ("backup-by-link", "echo 0 > f", "ln f f~ && printf '%s\n' \"$1\" > t && mv t f && rm f~"),
        ("backup-by-copy", "echo 0 > f", "cp -p f f.bak && printf '%s\n' \"$1\" > f && rm f.bak"),
        ("delete-and-create", "echo 0 > f", "rm f && printf '%s\n' \"$1\" > f"),
        ("truncate-and-write", "seq 1000 > f", ": > f; printf '%s\n' \"$1\" >> f"),
        ("append", "echo 0 > f", "printf '%s\n' \"$1\" >> f"),
        ("middle", "seq 10000 > f", "printf '%s' \"$1\" | dd of=f bs=1 seek=5000 conv=notrunc status=none"),
        ("grow-by-hole", "echo 0 > f", "truncate -s 300000 f && printf '%s' \"$1\" | dd of=f bs=1 seek=200000 conv=notrunc status=none"),
        ("sed", "echo 0 > f", "sed -i \"s/.*/$1/\" f"),
        ("mode", "echo 0 > f", "printf '%s\n' \"$1\" > f; chmod 755 f"),
        ("untar", "mkdir t; echo 0 > t/a; echo 0 > t/b", "mkdir -p /tmp/sync-tar-$$/t && echo \"$1\" > /tmp/sync-tar-$$/t/a && echo \"$1\" > /tmp/sync-tar-$$/t/c && tar -C /tmp/sync-tar-$$ -cf - t | tar -xf - ; rm -r /tmp/sync-tar-$$"),
        ("tree-anew", "mkdir t; seq 50 | split -l 1 - t/x", "rm -rf t && mkdir t && seq 50 | split -l 1 - t/x && echo \"$1\" > t/xaa"),
        ("git", "command -v git >/dev/null || exit 0; git init -q . && git config user.email a@b && git config user.name a && echo 0 > f && git add f && git commit -qm 0",
            "[ -d .git ] || exit 0; git checkout -qb \"b$1\" && echo \"$1\" > f && git commit -qam \"$1\" && git checkout -q - && git checkout -q \"b$1\" && git gc -q"),
        ("mmap", "seq 10000 > f",
            "command -v python3 >/dev/null || exit 0; python3 -c \"import mmap,sys; f=open('f','r+b'); m=mmap.mmap(f.fileno(),0); m[4096:4096+len('$1')]=b'$1'; m.flush(); m.close()\""),
        ("sqlite", "command -v python3 >/dev/null || exit 0; python3 -c \"import sqlite3; c=sqlite3.connect('f.db'); c.execute('create table t(v)'); c.commit()\"",
            "[ -f f.db ] || exit 0; python3 -c \"import sqlite3; c=sqlite3.connect('f.db'); [c.execute('insert into t values(?)',('$1',)) or c.commit() for _ in range(20)]\""),
        // `npm ci` removes all of node_modules and unpacks it anew: from packages beside it, nothing from a network.
        ("npm", "command -v npm >/dev/null || exit 0; export npm_config_cache=/tmp/sync-npm-$$ npm_config_update_notifier=false; mkdir -p left/lib right && echo '#!/bin/sh' > left/lib/run && "
            + "echo '{\"name\":\"left\",\"version\":\"1.0.0\",\"bin\":{\"left\":\"lib/run\"}}' > left/package.json && seq 400 | split -l 20 - left/lib/part && "
            + "echo '{\"name\":\"right\",\"version\":\"1.0.0\"}' > right/package.json && for p in left right; do (cd $p && npm pack --silent --pack-destination ..) >/dev/null; done && "
            + "echo '{\"name\":\"app\",\"version\":\"1.0.0\",\"dependencies\":{\"left\":\"file:left-1.0.0.tgz\",\"right\":\"file:right-1.0.0.tgz\"}}' > package.json && "
            + "npm install --offline --no-audit --no-fund --silent && rm -r /tmp/sync-npm-$$",
            "[ -f package-lock.json ] || exit 0; export npm_config_cache=/tmp/sync-npm-$$ npm_config_update_notifier=false; npm ci --offline --no-audit --no-fund --silent && rm -r /tmp/sync-npm-$$ && echo \"$1\" > node_modules/left/built"),
    ];

    [Fact]
    public async Task What_a_program_saved_last_stands_on_both_sides_and_nothing_else()
    {
        await using Pair pair = await Pair.StartAsync();
        await EachAsync(pair.Host.Tree, p => $"mkdir {p.Name} && cd {p.Name} && {p.Before}", "0");
        await pair.SyncAndCheckAsync();
        foreach (TestTree side in (TestTree[])[pair.Guest.Tree, pair.Host.Tree])
        {
            // Three times in a row, as fast as it goes: the next save comes while the last one is on its way.
            for (int round = 1; round <= 3; round++)
                await EachAsync(side, p => $"cd {p.Name} && {p.Save}", $"save{round}{(side == pair.Host.Tree ? "host" : "guest")}");
            string before = Listing(side);
            await pair.SyncAndCheckAsync();
            Assert.Equal(before, Listing(side));
        }

        Assert.DoesNotContain("(conflict", Listing(pair.Host.Tree), StringComparison.Ordinal);
    }

    private static string Listing(TestTree tree) =>
        string.Join('\n', Directory.EnumerateFileSystemEntries(tree.Root, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(tree.Root, p)).Where(p => !p.StartsWith(".sync", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static async Task EachAsync(TestTree tree, Func<(string Name, string Before, string Save), string> script, string text)
    {
        foreach (var pattern in Patterns)
        {
            await using ProcessRun run = ProcessRun.Start("/bin/sh", "-c", $"cd '{tree.Root}' && {script(pattern)}", "sh", text);
            CommandResult result = await run.EndAsync(TimeSpan.FromSeconds(30));
            if (result.ExitCode != 0)
                Assert.Fail($"{pattern.Name}: {result}");
        }
    }
}
