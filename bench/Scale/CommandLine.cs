using System.CommandLine;
using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary><c>scale</c>: everything; <c>scale files</c>, <c>scale guests</c>: one axis; <c>scale tree</c>: only a tree.</summary>
internal static class CommandLine
{
    private static readonly int[] Files = [10_000, 100_000, 1_000_000];
    private static readonly int[] QuickFiles = [2_000, 20_000];
    private static readonly int[] Guests = [1, 10, 100, 1_000];
    private static readonly int[] QuickGuests = [1, 10, 100];

    public static RootCommand Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Small sizes, one idle look of 5 s; the report stays out of the documentation", Recursive = true };
        var work = new Option<string>("--work")
        {
            Description = "Where directories are made", HelpName = "DIR", Recursive = true,
            DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "sync-scale"),
        };
        var keep = new Option<bool>("--keep") { Description = "Leave the directories", Recursive = true };
        var saves = new Option<int>("--saves") { Description = "Saves measured for each number of guests (20)", HelpName = "COUNT", Recursive = true, DefaultValueFactory = _ => 20 };
        var idle = new Option<int>("--idle") { Description = "Seconds of idleness that are looked at (30)", HelpName = "SECONDS", Recursive = true, DefaultValueFactory = _ => 30 };
        var sizes = Numbers("--sizes", "Files of each run", "N,N,…");
        var counts = Numbers("--counts", "Guests of each run", "N,N,…");

        Options Read(ParseResult parsed)
        {
            var isQuick = parsed.GetValue(quick);
            return new Options
            {
                Quick = isQuick,
                Keep = parsed.GetValue(keep),
                Directory = Path.GetFullPath(parsed.GetValue(work)!),
                Saves = Math.Max(1, parsed.GetValue(saves)),
                Idle = TimeSpan.FromSeconds(isQuick ? 5 : Math.Max(1, parsed.GetValue(idle))),
            };
        }

        var files = new Command("files", "Trees of growing size: one host, one guest, first sync, restart, idleness") { sizes };
        files.SetAction((parsed, _) => ScaleRun.RunAsync(Read(parsed), parsed.GetValue(sizes) ?? (parsed.GetValue(quick) ? QuickFiles : Files), []));
        var guests = new Command("guests", "Growing numbers of simulated guests of one share: pairing, sessions, a save until it is with all") { counts };
        guests.SetAction((parsed, _) => ScaleRun.RunAsync(Read(parsed), [], parsed.GetValue(counts) ?? (parsed.GetValue(quick) ? QuickGuests : Guests)));
        var root = new RootCommand("How memory and time grow with files and with guests. All traffic stays on the loopback interface.")
        {
            files, guests, Tree(), quick, work, keep, saves, idle,
        };
        root.SetAction((parsed, _) => ScaleRun.RunAsync(Read(parsed), parsed.GetValue(quick) ? QuickFiles : Files, parsed.GetValue(quick) ? QuickGuests : Guests));
        return root;
    }

    private static Command Tree()
    {
        var directory = new Argument<string>("DIR") { Description = "Made; must be empty" };
        var count = new Option<int>("--files") { Description = "How many files (100000)", HelpName = "COUNT", DefaultValueFactory = _ => 100_000 };
        var seed = new Option<int>("--seed") { Description = "The same seed makes the same tree (1)", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };
        var command = new Command("tree", "Make a synthetic tree") { directory, count, seed };
        command.SetAction(parsed =>
        {
            var made = new SyntheticTree(parsed.GetValue(count), parsed.GetValue(seed)).Write(Path.GetFullPath(parsed.GetValue(directory)!));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.Files:N0} files, {made.Directories:N0} directories, {made.Bytes / 1e6:N0} MB"));
        });
        return command;
    }

    private static Option<int[]?> Numbers(string name, string description, string help) => new(name)
    {
        Description = description,
        HelpName = help,
        CustomParser = result =>
        {
            var numbers = new List<int>();
            foreach (var text in result.Tokens.SelectMany(t => t.Value.Split(',')))
            {
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                    numbers.Add(number);
                else
                    result.AddError($"'{text}' is not a number of at least 1.");
            }

            return [.. numbers.Order()];
        },
    };
}
