using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A repository is at every moment one that git can read, also where it is synced to.</summary>
public sealed class GitTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Git_reads_a_repository_while_it_is_worked_on_and_packed_elsewhere(bool fromHost)
    {
        await using Pair pair = await Pair.StartAsync();
        (TestTree here, TestTree there) = fromHost ? (pair.Host.Tree, pair.Guest.Tree) : (pair.Guest.Tree, pair.Host.Tree);
        await WorkAsync(here, "git init -q -b main r && cd r && git config gc.auto 0 && git config maintenance.auto false && for i in $(seq 60); do echo $i > f$i; git add -A; git commit -qm $i; done"); // packing them is a deletion of most of the share
        await pair.SyncAndCheckAsync();

        Task work = Task.Run(
            () => WorkAsync(here, "cd r && for k in 1 2 3 4; do for i in $(seq 8); do echo $k.$i > f$i; git add -A; git commit -qm $k.$i; done; git branch b$k HEAD~3; git repack -adq; git prune-packed -q; git pack-refs --all; git branch -qD b$k; done && test $(find .git/objects -type f | wc -l) -lt 20"),
            TestContext.Current.CancellationToken);
        int reads = 0;
        do
        {
            await WorkAsync(there, "cd r && git log --all --stat > /dev/null");
            reads++;
        }
        while (!work.IsCompleted || reads < 5);
        await work;
        await pair.SyncAndCheckAsync();
        await WorkAsync(there, "cd r && git fsck --no-progress --strict && test -z \"$(git status --porcelain)\"");
    }

    private static async Task WorkAsync(TestTree tree, string script)
    {
        string[] variables = ["GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_OPTIONAL_LOCKS=0"];
        await using ProcessRun run = ProcessRun.Start("env", ["-C", tree.Root, .. variables, "sh", "-ec", script]);
        (await run.EndAsync(TimeSpan.FromSeconds(60))).Expect(0);
    }
}
