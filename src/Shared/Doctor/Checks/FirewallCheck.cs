using System.Globalization;
using System.Net;
using Sync.Shared.Doctor.Firewalls;

namespace Sync.Shared.Doctor.Checks;

/// <summary>Whether this machine's firewall lets guests in. The one that a person would change is asked: firewalld, ufw, nftables, or Windows' own.</summary>
internal sealed class FirewallCheck(IProgramRunner programs) : IDoctorCheck
{
    private const string Name = "firewall";

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        if (patient.Listen is not { Port: > 0 } listen || IPAddress.IsLoopback(listen.Address))
            return [];
        if (OperatingSystem.IsWindows())
            return await WindowsAsync(listen.Port, cancel);
        return await FirewalldAsync(listen.Port, cancel) ?? await UfwAsync(listen.Port, cancel) ?? await NftAsync(listen.Port, cancel) ?? [];
    }

    private async Task<IReadOnlyList<DoctorFinding>?> FirewalldAsync(int port, CancellationToken cancel)
    {
        if (await programs.RunAsync("firewall-cmd", ["--state"], cancel) is not { Code: 0 })
            return null;
        if (await programs.RunAsync("firewall-cmd", ["--list-all-zones"], cancel) is not { Code: 0 } zones)
            return [Hidden("firewalld", "sudo firewall-cmd --list-all-zones")];
        var mend = string.Create(CultureInfo.InvariantCulture, $"sudo firewall-cmd --permanent --add-port={port}/tcp && sudo firewall-cmd --reload");
        return [Tell("firewalld", FirewalldZones.Judge(zones.Output, port), port, mend)];
    }

    private async Task<IReadOnlyList<DoctorFinding>?> UfwAsync(int port, CancellationToken cancel)
    {
        if (await programs.RunAsync("ufw", ["status", "verbose"], cancel) is not { } told)
            return null;
        if (told.Code != 0)
            return [Hidden("ufw", "sudo ufw status verbose")];
        if (!UfwStatus.IsActive(told.Output))
            return null;
        return [Tell("ufw", UfwStatus.Judge(told.Output, port), port, string.Create(CultureInfo.InvariantCulture, $"sudo ufw allow {port}/tcp"))];
    }

    private async Task<IReadOnlyList<DoctorFinding>?> NftAsync(int port, CancellationToken cancel)
    {
        if (await programs.RunAsync("nft", ["list", "ruleset"], cancel) is not { } told)
            return null;
        if (told.Code != 0)
            return [Hidden("nftables", "sudo nft list ruleset")];
        var rules = NftRuleset.Parse(told.Output);
        var verdict = rules.Judge(port);
        return [Tell("nftables", verdict, port, string.Create(CultureInfo.InvariantCulture, $"sudo nft insert rule {rules.BlockingChain} tcp dport {port} accept"))];
    }

    private async Task<IReadOnlyList<DoctorFinding>> WindowsAsync(int port, CancellationToken cancel)
    {
        if (await programs.RunAsync("netsh", ["advfirewall", "show", "currentprofile"], cancel) is not { Code: 0 } profile || WindowsFirewall.IsOn(profile.Output) is not { } on)
            return [Hidden("Windows' firewall", "netsh advfirewall show currentprofile")];
        if (!on)
            return [Tell("Windows' firewall", FirewallVerdict.Open, port, "")];
        var rules = await programs.RunAsync("netsh", ["advfirewall", "firewall", "show", "rule", "name=all", "dir=in"], cancel);
        var mend = string.Create(CultureInfo.InvariantCulture, $"netsh advfirewall firewall add rule name=\"sync-host\" dir=in action=allow protocol=TCP localport={port}");
        return [Tell("Windows' firewall", WindowsFirewall.Judge(rules?.Output ?? "", port), port, mend)];
    }

    private static DoctorFinding Tell(string firewall, FirewallVerdict verdict, int port, string mend) => verdict switch
    {
        FirewallVerdict.Blocked => DoctorFinding.Problem(Name, string.Create(CultureInfo.InvariantCulture, $"{firewall} does not let guests in on TCP {port}"), mend),
        FirewallVerdict.Allowed => DoctorFinding.Ok(Name, string.Create(CultureInfo.InvariantCulture, $"{firewall} lets guests in on TCP {port}")),
        _ => DoctorFinding.Ok(Name, firewall + " is in nobody's way"),
    };

    private static DoctorFinding Hidden(string firewall, string look) => DoctorFinding.Warning(Name, $"this user may not see {firewall}'s rules", look);
}
