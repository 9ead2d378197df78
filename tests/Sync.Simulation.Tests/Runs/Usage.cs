namespace Sync.Simulation.Tests.Runs;

/// <summary>What the commands of this executable are, and how they are called.</summary>
internal static class Usage
{
    /// <summary>The exit code of a command that was called wrongly.</summary>
    public const int Wrong = 2;

    public const string Simulate =
        """
        simulate FIRST [COUNT] [OPTION]...      runs seeds in this process, one after the other, and tells of those that fail
          --twice                 each twice: the second run must give the same trace
          --first                 ends at the first that fails
          --for SECONDS           begins none after that time
          --shrink                makes what fails smaller, and prints a command that replays it
          --trace                 tells all that happens
          --acts=N,N,…            only these acts of the script
          --guests=N              so many guests (1 to 4)
          --same-disks            no differences between disks
          --no-faults             nothing fails
          --faults=KIND,…         only these faults
          --no-git                no users work in git directories
          --no-swaps              users do not swap names
          --no-policies           in no run one side wins where two have edited
          --directions            in some runs guests only send, only receive or are exact copies, or all goes to the host
          --readers               in some runs there are guests that may only read
          --ignores               in some runs users edit ignore files
          --names                 disks hold different names, and users give such names
          --lines                 some guests have CRLF in files of some names, and users write texts
          --mutate=NAME           with a promise broken on purpose
        """;

    public const string Seeds =
        """
        seeds --seeds N [--state FILE]          runs the seeds up to N on all processors, in processes, from where the last run with that file stopped
          --seeds N               up to this seed
          --state FILE            how far it has come, and what failed (default: simulation.state)
          --new                   forgets what the file says, and begins with seed 1
        """;

    /// <summary>Tells what was wrong with a call, and how it is meant. To be returned as exit code.</summary>
    public static int Tell(string? wrong, string usage)
    {
        if (wrong is not null)
        {
            Console.Error.WriteLine(wrong);
            Console.Error.WriteLine(usage);
            return Wrong;
        }

        Console.WriteLine(usage);
        return 0;
    }
}
