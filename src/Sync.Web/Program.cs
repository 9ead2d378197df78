using System.CommandLine;
using System.Net;
using Sync.Shared.Data;
using Sync.Web.Serving;

namespace Sync.Web;

/// <summary>The <c>sync-web</c> program: started by <c>sync-host serve --api</c>, and of no use without it.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var data = new Option<string>("--data") { Description = "The host's data directory", Required = true };
        var listen = new Option<string>("--listen") { Description = "ADDR:PORT", Required = true };
        var certificate = new Option<string?>("--certificate") { Description = "Certificate and key, as PEM" };
        var root = new RootCommand("The API and the dashboard of a sync-host; started by 'sync-host serve --api'.") { data, listen, certificate };
        root.SetAction((parsed, cancel) => WebProcess.RunAsync(
            DataDirectory.Locate(parsed.GetValue(data), "sync-host"), IPEndPoint.Parse(parsed.GetValue(listen)!), parsed.GetValue(certificate), Console.Out, cancel));
        return await root.Parse(args).InvokeAsync();
    }
}
