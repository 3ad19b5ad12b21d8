"""`sextant advise firewall`, loaded and tried by clients of both families that a router keeps apart from the server.

F-01 F-02 F-03 F-04 F-07 T-10.
"""
import contextlib
import json
import shutil
import socket
import subprocess

import dns.message
import dns.query
import dns.rcode
import pytest

from conftest import ROOT, ZONE, inside, program

NFT = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(NFT is None, reason="nftables is not installed")

# Both families of: the authoritative service, the resolver, a client in its allow:, one that is not, the upstream.
PUBLIC = {"ipv6": "2001:db8:1::53", "ipv4": "192.0.2.53"}
OFFICE = {"ipv6": "2001:db8:1::54", "ipv4": "192.0.2.54"}
INSIDER = {"ipv6": "2001:db8:a::1", "ipv4": "10.20.0.1"}
STRANGER = {"ipv6": "2001:db8:b::1", "ipv4": "10.30.0.1"}
ROUTER = {"ipv6": "2001:db8:1::1", "ipv4": "192.0.2.1"}
KINDS = {"ipv6": socket.AF_INET6, "ipv4": socket.AF_INET}

CONFIG = """version: 1
node: {run-dir: run, workers: 1}
services:
  public:
    role: authoritative
    listen: ["2001:db8:1::53", 192.0.2.53]
    zones: [example.com]
  office:
    role: resolver
    listen: ["2001:db8:1::54", 192.0.2.54]
    allow: [2001:db8:a::/64, 10.20.0.0/16]
    stub: {six.example: {to: ["2001:db8:1::1"]}, four.example: {to: [192.0.2.1]}}
    negative-trust-anchors: [six.example, four.example]
zones:
  example.com: {file: example.com.zone}
"""


def advise(*words):
    command = [str(program("sextant")), "advise", "firewall", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


class Site:
    """client -- router -- server; the router is the resolver's upstream too. The client's link has an MTU of 1280."""

    def __init__(self, networks, daemons):
        self.networks = networks
        self.client, self.router, self.server = (networks.add(label) for label in ("client", "router", "server"))
        networks.cable(self.client, self.router, ("eth0", "eth1"), mtu=1280)
        networks.cable(self.router, self.server, ("eth0", "eth0"))
        for address in ("2001:db8:a::1/64", "2001:db8:b::1/64", "10.20.0.1/24", "10.30.0.1/24"):
            networks.address(self.client, address)
            networks.address(self.router, address.replace("::1/", "::2/").replace("0.1/", "0.2/"), "eth1")
        for address in ("2001:db8:1::1/64", "192.0.2.1/24"):
            networks.address(self.router, address)
        for address in (*PUBLIC.values(), *OFFICE.values()):
            networks.address(self.server, address + ("/64" if ":" in address else "/24"))
        networks.sysctl(self.router, "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
        for family, address in (("-6", "2001:db8:a::2"), ("-4", "10.20.0.2")):
            networks.run(self.client, "ip", family, "route", "add", "default", "via", address)
        for family, address in zip(("-6", "-4"), ROUTER.values()):
            networks.run(self.server, "ip", family, "route", "add", "default", "via", address)
        self.daemons = daemons

    def start(self):
        upstream = self.daemons(self.router)
        for name in ("six.example", "four.example"):
            upstream.zone(name=name)
        upstream.config([f"{address}@53" for address in ROUTER.values()], zones=("six.example", "four.example"))
        upstream.start()
        self.daemon = self.daemons(self.server)
        self.daemon.zone()
        self.daemon.config_path.write_text(CONFIG)
        self.daemon.start()

    def load(self, text):
        command = ["nsenter", f"--net=/run/netns/{self.server}", NFT, "-f", "-"]
        subprocess.run(command, input=text, check=True, text=True, capture_output=True)

    def protect(self, *words):
        management = ("--management", "2001:db8:a::/64", "--management", "10.20.0.0/16")
        done = advise(self.daemon.config_path, *management, *words)
        assert done.returncode == 0, done.stderr
        self.load(done.stdout)

    def denied(self):
        """Packets counted under each name."""
        listed = json.loads(self.networks.run(self.server, NFT, "-j", "list", "counters").stdout)["nftables"]
        counters = [row["counter"] for row in listed if "counter" in row]
        return {counter["name"]: counter["packets"] for counter in counters}

    def ask(self, source, server, transport, name="app.example.com.", timeout=5):
        """The response code, or None when nothing came."""
        query = dns.message.make_query(name, "AAAA")
        with inside(self.client), contextlib.suppress(dns.exception.Timeout, OSError):
            how = dns.query.udp if transport == "udp" else dns.query.tcp
            return dns.rcode.to_text(how(query, server, timeout=timeout, source=source).rcode())
        return None


@pytest.fixture
def site(networks, daemons):
    return Site(networks, daemons)


@pytest.mark.parametrize("transport", ("udp", "tcp"))
@pytest.mark.parametrize("family", KINDS)
def test_who_is_answered(site, family, transport):
    site.start()
    # Without rules the resolver itself refuses strangers; with them their packets do not reach it.
    assert site.ask(STRANGER[family], OFFICE[family], transport) == "REFUSED"
    site.protect()
    assert site.ask(INSIDER[family], PUBLIC[family], transport) == "NOERROR"
    assert site.ask(STRANGER[family], PUBLIC[family], transport) == "NOERROR"
    for name in ("app.six.example.", "app.four.example."):  # the upstream's replies come in, over each family
        assert site.ask(INSIDER[family], OFFICE[family], transport, name) == "NOERROR"
    assert not any(site.denied().values())
    assert site.ask(STRANGER[family], OFFICE[family], transport, timeout=0.5) is None
    denied = {name: packets for name, packets in site.denied().items() if packets}
    assert set(denied) == {"deny_office_client"}


@pytest.mark.parametrize("family", KINDS)
def test_management_is_apart(site, family):
    site.start()
    site.protect()
    with inside(site.server):
        servers = [socket.create_server((PUBLIC[family], port), family=KINDS[family]) for port in (22, 80)]
    for source, port, counter in ((INSIDER, 22, None), (STRANGER, 22, "deny_host_management"),
                                  (INSIDER, 80, "deny_host_other")):
        before = site.denied()
        with inside(site.client), socket.socket(KINDS[family], socket.SOCK_STREAM) as client:
            client.bind((source[family], 0))
            client.settimeout(5 if counter is None else 0.5)
            if counter is None:
                client.connect((PUBLIC[family], port))
            else:
                with pytest.raises(TimeoutError):
                    client.connect((PUBLIC[family], port))
        after = site.denied()
        assert {name for name in after if after[name] > before[name]} == ({counter} if counter else set())
    for server in servers:
        server.close()


@pytest.mark.parametrize("transport, option, counter",
                         (("udp", "--rate", "deny_public_udp_rate"), ("tcp", "--tcp-rate", "deny_public_tcp_rate")))
@pytest.mark.parametrize("family", KINDS)
def test_one_network_is_limited_and_no_other(site, family, transport, option, counter):
    site.start()
    site.protect(option, "3")
    answered = [site.ask(INSIDER[family], PUBLIC[family], transport, timeout=0.2) for _ in range(10)]
    assert 3 <= answered.count("NOERROR") < 10
    assert site.ask(STRANGER[family], PUBLIC[family], transport) == "NOERROR"
    denied = site.denied()
    assert denied.pop(counter) > 0
    assert not any(denied.values())


@pytest.mark.parametrize("family, rule", (("ipv6", "icmpv6 type { destination-unreachable"),
                                          ("ipv4", "icmp type { destination-unreachable")))
@pytest.mark.parametrize("is_let_in", (True, False))
def test_packet_too_big_gets_through(site, family, rule, is_let_in, tmp_path):
    """F-03, for answers over UDP, which are not tracked: no "related" lets the error in, only the rule does."""
    (tmp_path / "site.yaml").write_text(CONFIG)
    (tmp_path / "example.com.zone").write_text(ZONE)
    rules = advise(tmp_path / "site.yaml", "--management", "none").stdout
    lines = rules.splitlines(keepends=True)
    without = [line for line in lines if not line.strip().startswith(rule)]
    assert len(without) == len(lines) - 1
    site.load(rules if is_let_in else "".join(without))
    with inside(site.server):
        server = socket.socket(KINDS[family], socket.SOCK_DGRAM)
        server.bind((PUBLIC[family], 53))
        server.settimeout(5)
        if family == "ipv4":
            server.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER: DF
    with inside(site.client):
        client = socket.socket(KINDS[family], socket.SOCK_DGRAM)
        client.bind((INSIDER[family], 0))
        client.settimeout(1)
    client.sendto(b"?", (PUBLIC[family], 53))
    _, peer = server.recvfrom(100)
    server.sendto(b"!" * 1400, peer)
    with pytest.raises(TimeoutError):
        client.recv(2000)
    route = site.networks.run(site.server, "ip", "route", "get", INSIDER[family]).stdout
    assert ("mtu 1280" in route) == is_let_in, route
    if not is_let_in:
        assert site.denied()["deny_host_other"] == 1
    server.close()
    client.close()


# --- The text ---

ODD = """version: 1
node: {run-dir: run}
services:
  "1 name; drop \\" {": {role: authoritative, listen: [any], zones: [example.com]}
  "1_name__drop____":
    {role: authoritative, listen: ["::1@5300", "fe80::1%lo@5300"], families: [ipv6], zones: [example.com]}
  everybody: {role: resolver, listen: ["2001:db8::1@5301"], families: [ipv6], allow: any, open-resolver: acknowledged}
  here: {role: resolver, listen: ["::1@5302", 127.0.0.1@5302]}
zones:
  example.com: {file: example.com.zone}
"""


@pytest.mark.parametrize("text", (CONFIG, ODD), ids=("plain", "odd"))
def test_rules_are_taken(networks, tmp_path, text):
    """What nft takes, twice: the second time it replaces what the first one made."""
    namespace = networks.add("host")
    (tmp_path / "site.yaml").write_text(text)
    (tmp_path / "example.com.zone").write_text(ZONE)
    done = advise(tmp_path / "site.yaml", "--management", "2001:db8:99::/48")
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "rules.nft").write_text(done.stdout)
    for words in (("-c", "-f"), ("-f",), ("-f",)):
        networks.run(namespace, NFT, *words, str(tmp_path / "rules.nft"))
    listed = networks.run(namespace, NFT, "list", "table", "inet", "sextant").stdout
    assert listed.count("chain input {") == 1
    assert "dport 5302" not in listed, "loopback needs no rule"
    if text is ODD:
        assert "th dport 5301 goto service_everybody" in listed and "deny_everybody_client goto" not in listed
        assert 'iifname "lo" ip6 daddr fe80::1 udp dport 5300' in listed
        assert "chain service_1_name__drop_____0 " in listed and "chain service_1_name__drop_____1 " in listed


def test_one_table_limits_segments(tmp_path):
    """The file for routers and the last table are one text."""
    rules = advise(ROOT / "examples" / "site.yaml", "--management", "none").stdout
    shipped = (ROOT / "packaging" / "nftables" / "mss.nft").read_text()
    table = "".join(line for line in shipped.splitlines(keepends=True) if not line.startswith("#"))
    assert rules.endswith("\n" + table)
    text = CONFIG.replace("node:", "transport: {tcp-mss: 1388}\nnode:").replace("::54\"", "::54@5353\"")
    (tmp_path / "site.yaml").write_text(text)
    (tmp_path / "example.com.zone").write_text(ZONE)
    rules = advise(tmp_path / "site.yaml", "--management", "none").stdout
    assert "tcp dport { 53, 853, 5353 } tcp option maxseg size > 1388" in rules


def test_nobody_is_locked_out_by_accident():
    done = advise(ROOT / "examples" / "site.yaml")
    assert done.returncode == 2 and not done.stdout and "--management" in done.stderr
    done = advise(ROOT / "examples" / "site.yaml", "--management", "2001:db8::1/48")
    assert done.returncode == 2 and "bits are set" in done.stderr
    done = advise(ROOT / "examples" / "site.yaml", "--management", "none", "--rate", "0")
    assert done.returncode == 2 and "--rate" in done.stderr
    done = advise(ROOT / "examples" / "site.yaml", "--management", "none", "--json")
    document = json.loads(done.stdout)
    assert document["schema"] == "sextant.advise-firewall/1" and "chain input" in document["nftables"]
    assert "management" not in [line.strip().split(" ")[-1] for line in document["nftables"].splitlines()]


def test_a_broken_configuration_is_said(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text("version: 1\nservices: {a: {role: resolver, lisen: [any]}}\n")
    done = advise(path, "--management", "none")
    assert done.returncode == 1 and "listen" in done.stdout and "table" not in done.stdout
