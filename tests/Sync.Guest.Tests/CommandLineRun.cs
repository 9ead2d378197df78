namespace Sync.Guest.Tests;

/// <summary>Runs a sync-guest command line in this process.</summary>
internal sealed record CommandLineRun(int Code, string Output, string Error)
{
    public static async Task<CommandLineRun> Of(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = await Program.CreateCommandLine().RunAsync(args, output, error);
        return new CommandLineRun(code, output.ToString(), error.ToString());
    }
}
