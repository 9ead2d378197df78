using Sync.Bench.Compare;

try
{
    return await Comparison.RunAsync(Options.Parse(args));
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
catch (InvalidOperationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
