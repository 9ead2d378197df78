using Sync.Shared.Doctor.Firewalls;
using Xunit;

namespace Sync.Host.Tests.Doctor;

public sealed class FirewallTests
{
    private const string Nft = """
        table inet filter {
        	chain input {
        		type filter hook input priority filter; policy drop;
        		ct state established,related accept
        		iif "lo" accept
        		tcp dport { 22, 443, 7000-7100 } accept
        		jump own
        	}

        	chain own {
        		ip saddr 10.0.0.0/8 tcp dport 7443 accept
        		tcp dport 9000 drop
        	}

        	chain forward {
        		type filter hook forward priority filter; policy drop;
        	}
        }
        """;

    private const string Ufw = """
        Status: active
        Logging: on (low)
        Default: deny (incoming), allow (outgoing), disabled (routed)
        New profiles: skip

        To                         Action      From
        --                         ------      ----
        22/tcp                     ALLOW IN    Anywhere
        7443                       ALLOW IN    192.168.122.0/24
        8000:8100/tcp              ALLOW IN    Anywhere
        53/udp                     ALLOW IN    Anywhere
        Anywhere                   DENY IN     203.0.113.9
        9443/tcp                   DENY IN     Anywhere
        22/tcp (v6)                ALLOW IN    Anywhere (v6)
        """;

    private const string Firewalld = """
        block
          target: %%REJECT%%
          ports: 5000/tcp

        public (default, active)
          target: default
          icmp-block-inversion: no
          interfaces: eth0
          services: dhcpv6-client ssh
          ports: 7443/tcp 8000-8100/tcp 53/udp
          protocols:
        """;

    private const string Windows = """

        Rule Name:                            sync-host
        ----------------------------------------------------------------------
        Enabled:                              Yes
        Direction:                            In
        Profiles:                             Domain,Private,Public
        Grouping:
        LocalIP:                              Any
        RemoteIP:                             Any
        Protocol:                             TCP
        LocalPort:                            7443,8000-8100
        RemotePort:                           Any
        Edge traversal:                       No
        Action:                               Allow

        Rule Name:                            old
        ----------------------------------------------------------------------
        Enabled:                              No
        Direction:                            In
        Protocol:                             TCP
        LocalPort:                            9000
        Action:                               Allow

        Rule Name:                            never
        ----------------------------------------------------------------------
        Enabled:                              Yes
        Direction:                            In
        Protocol:                             TCP
        LocalPort:                            8050
        Action:                               Block
        Ok.

        """;

    [Theory]
    [InlineData(443, nameof(FirewallVerdict.Allowed))]
    [InlineData(7050, nameof(FirewallVerdict.Allowed))]
    [InlineData(7443, nameof(FirewallVerdict.Allowed))]
    [InlineData(7101, nameof(FirewallVerdict.Blocked))]
    [InlineData(9000, nameof(FirewallVerdict.Blocked))]
    public void Nftables(int port, string expected)
    {
        var rules = NftRuleset.Parse(Nft);
        Assert.Equal(expected, rules.Judge(port).ToString());
        Assert.Equal(expected == nameof(FirewallVerdict.Blocked) ? "inet filter input" : null, rules.BlockingChain);
    }

    [Theory]
    [InlineData("", nameof(FirewallVerdict.Open))]
    [InlineData("table ip nat {\n\tchain POSTROUTING {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n\t}\n}\n", nameof(FirewallVerdict.Open))]
    [InlineData("table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0; policy accept;\n\t\ttcp dport 7443 drop\n\t}\n}\n", nameof(FirewallVerdict.Blocked))]
    [InlineData("table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0; policy accept;\n\t\ttcp dport 22 accept\n\t\treject with icmpx admin-prohibited\n\t}\n}\n", nameof(FirewallVerdict.Blocked))]
    [InlineData("table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0; policy drop;\n\t\ttcp dport != 25 accept\n\t}\n}\n", nameof(FirewallVerdict.Allowed))]
    public void NftablesWithOtherPolicies(string rules, string expected) => Assert.Equal(expected, NftRuleset.Parse(rules).Judge(7443).ToString());

    [Theory]
    [InlineData(7443, nameof(FirewallVerdict.Allowed))]
    [InlineData(8050, nameof(FirewallVerdict.Allowed))]
    [InlineData(53, nameof(FirewallVerdict.Blocked))]
    [InlineData(9443, nameof(FirewallVerdict.Blocked))]
    [InlineData(1, nameof(FirewallVerdict.Blocked))]
    public void UfwFirewall(int port, string expected)
    {
        Assert.True(UfwStatus.IsActive(Ufw));
        Assert.Equal(expected, UfwStatus.Judge(Ufw, port).ToString());
        Assert.False(UfwStatus.IsActive("Status: inactive\n"));
        Assert.Equal(FirewallVerdict.Open, UfwStatus.Judge("Status: active\nDefault: allow (incoming), allow (outgoing), disabled (routed)\n", port));
    }

    [Theory]
    [InlineData(7443, nameof(FirewallVerdict.Allowed))]
    [InlineData(8100, nameof(FirewallVerdict.Allowed))]
    [InlineData(53, nameof(FirewallVerdict.Blocked))]
    // Open in a zone that no interface is in.
    [InlineData(5000, nameof(FirewallVerdict.Blocked))]
    public void FirewalldFirewall(int port, string expected) => Assert.Equal(expected, FirewalldZones.Judge(Firewalld, port).ToString());

    [Fact]
    public void AFirewalldZoneThatTakesAllTakesThePort() =>
        Assert.Equal(FirewallVerdict.Allowed, FirewalldZones.Judge("trusted (active)\n  target: ACCEPT\n  ports: \n", 7443));

    [Theory]
    [InlineData(7443, nameof(FirewallVerdict.Allowed))]
    [InlineData(8001, nameof(FirewallVerdict.Allowed))]
    [InlineData(8050, nameof(FirewallVerdict.Blocked))]
    [InlineData(9000, nameof(FirewallVerdict.Blocked))]
    public void WindowsOwnFirewall(int port, string expected) => Assert.Equal(expected, WindowsFirewall.Judge(Windows.Replace("\n", "\r\n", StringComparison.Ordinal), port).ToString());

    [Theory]
    [InlineData("Public Profile Settings:\r\n------\r\nState                                 ON\r\n", true)]
    [InlineData("Public Profile Settings:\r\nState                                 OFF\r\n", false)]
    [InlineData("Einstellungen für Öffentliches Profil:\r\nStatus                                EIN\r\n", null)]
    public void WindowsProfileIsOnOrOffOrNotUnderstood(string text, bool? on) => Assert.Equal(on, WindowsFirewall.IsOn(text));
}
