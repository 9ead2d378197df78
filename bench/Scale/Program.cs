using System.CommandLine;
using Sync.Bench.Scale;

return await CommandLine.Create().Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = true });
