"""What a resolver service finds out about the ways to the world, as its log and `sextant status` tell it: zones whose servers
lack a family, paths that work badly or not, fallback resolvers without one family, answers that had to come over TCP.
R-05 R-08 R-12 R-13 R-14 R-16, RFC 10001 3.1, 3.2, 5."""
import contextlib
import json
import socket
import threading
import time

import dns.flags
import dns.message
import dns.rcode
import pytest

from conftest import inside, ip
from test_resolver_daemon import LAN6, ROOT4, ROOT6, SILENT4, TEST4, TEST6, TEST_ZONE, World, texts

LACK6, LACK4 = "2001:db8:21::53", "198.51.100.21"
FOUR4, SIX6 = "198.51.100.22", "2001:db8:23::53"
WIDE6 = ["2001:db8:31::53", "2001:db8:32::53", "2001:db8:33::53"]  # their answers are lost when they are large
# Nobody is there; in three networks of each family, so that silence says something about the family.
FAR = {"ipv6": ["2001:db8:77::53", "3fff:77::53", "3fff:78::53"], "ipv4": ["192.0.2.53", "198.18.0.53", "203.0.113.53"]}
DELEGATIONS = f"""lack IN NS ns.lack
ns.lack IN AAAA {LACK6}
ns.lack IN A {LACK4}
four IN NS ns.four
ns.four IN A {FOUR4}
six IN NS ns.six
ns.six IN AAAA {SIX6}
""" + "".join(f"wide{i} IN NS ns.wide{i}\nns.wide{i} IN AAAA {address}\n" for i, address in enumerate(WIDE6)) + "".join(
    f"far{i} IN NS ns.far{i}\nns.far{i} IN {'AAAA' if family == 'ipv6' else 'A'} {address}\n"
    for family in FAR for i, address in enumerate(FAR[family]))


def leaf(address):
    return f"""$TTL 300
@ IN SOA ns host 1 3600 900 1209600 300
@ IN NS ns
ns IN {"AAAA" if ":" in address else "A"} {address}
www IN AAAA 2001:db8:10::80
www IN A 192.0.2.80
more IN AAAA 2001:db8:10::81
again IN AAAA 2001:db8:10::82
"""


class Ways(World):
    """The world with zones that one family alone leads to, and one that has less than its parent says."""

    def __init__(self, daemons, networks):
        super().__init__(daemons, networks)
        assert self.authority.stop() == 0
        for address in (LACK6, SIX6, *WIDE6):
            networks.address(self.namespace, f"{address}/128", "lo")
        for address in (LACK4, FOUR4):
            networks.address(self.namespace, f"{address}/32", "lo")
        self.authority.zone(TEST_ZONE + DELEGATIONS, "lab")
        for name, address in (("lack", LACK4), ("four", FOUR4), ("six", SIX6)):  # lack.lab has no AAAA for its server
            self.authority.zone(leaf(address), f"{name}.lab")
        self.authority.config_path.write_text(f"""version: 1
node: {{run-dir: run, workers: 1}}
services:
  root: {{role: authoritative, listen: ["{ROOT6}", {ROOT4}], zones: ["."]}}
  lab: {{role: authoritative, listen: ["{TEST6}", {TEST4}], zones: [lab]}}
  lack: {{role: authoritative, listen: ["{LACK6}", {LACK4}], zones: [lack.lab]}}
  four: {{role: authoritative, listen: [{FOUR4}], families: [ipv4], zones: [four.lab]}}
  six: {{role: authoritative, listen: ["{SIX6}"], families: [ipv6], zones: [six.lab]}}
zones:
  ".": {{file: root.zone, lint: off}}
  lab: {{file: lab.zone, lint: off}}
  lack.lab: {{file: lack.lab.zone, lint: off}}
  four.lab: {{file: four.lab.zone, lint: off}}
  six.lab: {{file: six.lab.zone, lint: off}}
""")
        self.authority.start()

    def shown(self):
        done = self.resolver.sextant("status")
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def ways(daemons, networks):
    one = Ways(daemons, networks)
    yield one
    one.player.socket.close()
    for silent in one.silent:
        silent.close()


# --- R-12 ---

def test_zone_that_lacks_a_family_is_told_once(ways):
    ways.start()
    assert texts(ways.ask("www.lack.lab.")) == ["2001:db8:10::80"]
    assert not ways.resolver.lines("delegation")
    time.sleep(5.2)  # used again a while later: it is held against what the zone says
    assert texts(ways.ask("more.lack.lab.")) == ["2001:db8:10::81"]
    ways.resolver.wait_for(lambda: ways.resolver.lines("delegation"))
    assert texts(ways.ask("again.lack.lab.")) == ["2001:db8:10::82"]
    line, = ways.resolver.lines("delegation")
    assert {key: line[key] for key in ("service", "name", "host", "family", "level")} == {
        "service": "lan", "name": "lack.lab.", "host": "ns.lack.lab.", "family": "ipv6", "level": "warning"}
    assert LACK6 in line["msg"] and "AAAA" in line["msg"]
    assert ways.service()["upstream"]["zones_lacking"] == {"ipv6": 1, "ipv4": 0}
    assert "zones with ipv6 only in glue 1" in ways.shown()


# --- R-16 ---

def test_answers_fetched_over_tcp_are_counted(ways):
    ways.start("    validation: off\n    upstream-families: [ipv6]")
    assert len(ways.ask("big.lab.", "TXT", tcp=True).answer[0]) == 1
    upstream = ways.service()["upstream"]
    udp = upstream["queries"]["ipv6"]["udp"]
    assert upstream["truncated"] == {"ipv6": 1, "ipv4": 0} and upstream["queries"]["ipv6"]["tcp"] == 1
    assert upstream["tcp_share"]["ipv6"] == pytest.approx(1 / udp) and upstream["tcp_share"]["ipv4"] == 0
    assert f"truncated 1 ({100 / udp:.1f}%)" in ways.shown()


# --- R-13, R-14 ---

class Wide(threading.Thread):
    """Servers whose answers of more than 512 octets are lost, and which have more to say than that."""

    def __init__(self, addresses):
        super().__init__(daemon=True)
        self.sockets = []
        for address in addresses:
            self.sockets.append(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
            self.sockets[-1].bind((address, 53))

    def serve(self, one):
        with contextlib.suppress(OSError):
            while True:
                wire, client = one.recvfrom(4096)
                query = dns.message.from_wire(wire)
                if query.payload <= 512:
                    reply = dns.message.make_response(query)
                    reply.flags |= dns.flags.AA | dns.flags.TC
                    one.sendto(reply.to_wire(), client)

    def run(self):
        for one in self.sockets:
            threading.Thread(target=self.serve, args=(one,), daemon=True).start()


def test_path_that_loses_large_answers_is_told(ways):
    with inside(ways.namespace):
        wide = Wide(WIDE6)
    wide.start()
    ways.start("    validation: off\n    qname-minimisation: off")
    for i in range(len(WIDE6)):
        assert not ways.resolver.lines("path")
        ways.ask(f"www.wide{i}.lab.", "TXT")
    ways.resolver.wait_for(lambda: ways.resolver.lines("path"))
    line, = ways.resolver.lines("path")
    assert (line["service"], line["family"], line["level"]) == ("lan", "ipv6", "warning")
    assert "IPv6 works badly: small answers come, large ones do not" in line["msg"]
    row = next(row for row in ways.service()["families"] if row["path"] == "IPv6")
    assert not row["is_down"] and row["cause"] == "small answers come, large ones do not"
    assert row["cause"] in ways.shown()
    for one in wide.sockets:
        one.close()


def test_family_without_an_address_is_told(ways):
    for address in (ROOT4, TEST4, SILENT4, LACK4, FOUR4):
        ip("address", "del", f"{address}/32", "dev", "lo", namespace=ways.namespace)
    ip("address", "del", "127.0.0.1/8", "dev", "lo", namespace=ways.namespace)
    ways.start(listen=("::1",))
    assert texts(ways.ask("app.lab.")) == ["2001:db8:10::20"]
    assert ways.ask("www.four.lab.").rcode() == dns.rcode.SERVFAIL
    ways.resolver.wait_for(lambda: ways.resolver.lines("family"))
    line = ways.resolver.lines("family")[0]
    assert (line["family"], line["state"]) == ("ipv4", "down") and "no global address" in line["msg"]
    row = next(row for row in ways.service()["families"] if row["path"] == "IPv4")
    assert row["is_down"] and "no global address" in row["cause"]


@pytest.mark.parametrize("family,own,router,cause", [
    ("ipv6", "fd00:77::1", "fd00:77::2", "only unique local addresses"),
    ("ipv6", "2001:db8:77:1::1", "2001:db8:77:1::2", "the address is not routed"),
    ("ipv4", "10.0.0.1", "10.0.0.2", "the source address is private"),
    ("ipv4", "100.64.0.1", "100.64.0.2", "the source address is private"),
    ("ipv4", "203.0.113.1", "203.0.113.2", "the address is not routed"),
])
def test_family_without_a_way_back_is_told(ways, networks, family, own, router, cause):
    """Packets leave, and nothing comes back: the log says why, as far as the host's addresses tell."""
    void = networks.add("void")
    networks.cable(ways.namespace, void)
    width = 64 if family == "ipv6" else 24
    networks.address(ways.namespace, f"{own}/{width}")
    networks.address(void, f"{router}/{width}")
    networks.sysctl(void, "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
    ip("-6" if family == "ipv6" else "-4", "route", "add", "blackhole", "default", namespace=void)
    listed = networks.run(ways.namespace, "ip", "-j", "address", "show", "dev", "lo").stdout
    for address in json.loads(listed)[0]["addr_info"]:
        if address["family"] == {"ipv6": "inet6", "ipv4": "inet"}[family] and address["scope"] == "global":
            ip("address", "del", f"{address['local']}/{address['prefixlen']}", "dev", "lo", namespace=ways.namespace)
    ip("-6" if family == "ipv6" else "-4", "route", "add", "default", "via", router, namespace=ways.namespace)
    listen = "127.0.0.1" if family == "ipv6" else "::1"
    ways.start(listen=(listen,))
    assert texts(ways.ask("app.lab.", server=listen)) == ["2001:db8:10::20"]  # the other family does it
    with ways.connect(socket.SOCK_DGRAM, listen) as client:
        for i in range(3):
            client.send(dns.message.make_query(f"www.far{i}.lab.", "AAAA").to_wire())
        ways.resolver.wait_for(lambda: ways.resolver.lines("family"))
    line = ways.resolver.lines("family")[0]
    assert (line["family"], line["state"], line["level"]) == (family, "down", "warning") and cause in line["msg"]
    row = next(row for row in ways.service()["families"] if row["path"].lower() == family)
    assert row["is_down"] and cause in row["cause"] and cause in ways.shown()


# --- R-08, R-05 ---

def fallbacks(ways, daemons, families):
    """A daemon with two resolvers: one dual-stack, one that has one family only. Its ports."""
    helper = daemons(ways.namespace)
    ports = {"dual": helper.port + 1, "single": helper.port + 2}
    rows = "".join(f"""  {name}:
    role: resolver
    listen: ["{LAN6}@{port}"]
    families: [ipv6]
    upstream-families: [{"ipv6, ipv4" if name == "dual" else families}]
    allow: ["2001:db8::/32"]
    root-hints: ["{ROOT6}", {ROOT4}]
    do-not-query: []
    validation: off
    log: {{queries: on}}
""" for name, port in ports.items())
    helper.config_path.write_text(f"version: 1\nnode: {{run-dir: run, workers: 1}}\nservices:\n{rows}")
    helper.start()
    return helper, {name: f"{LAN6}@{port}" for name, port in ports.items()}


def asked(helper, name):
    """Which of its services were asked for the name; their query logs are written a moment later. The case is that
    by which loops are seen."""
    def found():
        return {line["service"] for line in helper.lines("reply") if line["qname"].lower() == name}
    helper.wait_for(found)
    return found()


def abilities(ways):
    return {row["server"]: (row["ability"], row["is_used"]) for row in ways.service()["fallback"]}


def test_fallbacks_are_probed_again_and_come_back(ways, daemons):
    helper, at = fallbacks(ways, daemons, "ipv6")
    ways.start(f"""    validation: off
    upstream-families: [ipv6]
    fallback:
      to: ["{at["single"]}", "{at["dual"]}"]
      probe: {{ipv6-only-zone: six.lab, ipv4-only-zone: four.lab}}""")
    good = {at["single"]: ("IPv6 only", False), at["dual"]: ("dual-stack", True)}
    ways.resolver.wait_for(lambda: abilities(ways) == good, 60)
    line = next(line for line in ways.resolver.lines("fallback") if line["server"] == at["single"])
    assert (line["ability"], line["code"], line["level"], line["service"]) == ("IPv6 only", "SVC-017", "warning", "lan")
    assert f"{at['single']}" in ways.shown() and "NOT USED (SVC-017)" in ways.shown()
    # What IPv6 alone cannot resolve is had from the dual-stack one, and the other one is not troubled.
    assert texts(ways.ask("www.four.lab.")) == ["2001:db8:10::80"]
    assert asked(helper, "www.four.lab.") == {"dual"}
    # It fails in use: it is looked at, and named; when it is back it is used again.
    assert helper.stop() == 0
    assert ways.ask("more.four.lab.").rcode() == dns.rcode.SERVFAIL
    ways.resolver.wait_for(lambda: abilities(ways)[at["dual"]] == ("not reachable", False), 60)
    assert any(line["server"] == at["dual"] and line["ability"] == "not reachable"
               for line in ways.resolver.lines("fallback"))
    helper.start()
    ways.resolver.wait_for(lambda: abilities(ways) == good, 90)
    assert texts(ways.ask("again.four.lab.")) == ["2001:db8:10::82"]


def test_without_probe_zones_nothing_is_claimed(ways, daemons):
    helper, at = fallbacks(ways, daemons, "ipv6")
    ways.start(f"    validation: off\n    upstream-families: [ipv6]\n    fallback: {{to: [\"{at['dual']}\"]}}")
    assert texts(ways.ask("www.four.lab.")) == ["2001:db8:10::80"]
    assert abilities(ways) == {at["dual"]: ("not probed", True)} and "not probed" in ways.shown()
    assert asked(helper, "www.four.lab.") == {"dual"}
    assert {line["qname"].lower() for line in helper.lines("reply")} == {"www.four.lab."}  # no probes
    # A reload that names zones has it probed.
    ways.config(f"""    validation: off
    upstream-families: [ipv6]
    fallback: {{to: ["{at['dual']}"], probe: {{ipv6-only-zone: six.lab, ipv4-only-zone: four.lab}}}}""")
    assert ways.resolver.sextant("reload").returncode == 0
    ways.resolver.wait_for(lambda: abilities(ways) == {at["dual"]: ("dual-stack", True)})


def test_ipv4_alone_with_a_dual_stack_fallback(ways, daemons):
    """R-05: asked over IPv4 only; what IPv6 alone leads to comes from the fallback."""
    helper = daemons(ways.namespace)
    helper.config_path.write_text(f"""version: 1
node: {{run-dir: run, workers: 1}}
services:
  dual:
    role: resolver
    listen: ["127.0.0.1@{helper.port}"]
    families: [ipv4]
    root-hints: ["{ROOT6}", {ROOT4}]
    do-not-query: []
    validation: off
    log: {{queries: on}}
""")
    helper.start()
    at = f"127.0.0.1@{helper.port}"
    ways.start(f"""    validation: off
    upstream-families: [ipv4]
    fallback: {{to: ["{at}"], probe: {{ipv6-only-zone: six.lab, ipv4-only-zone: four.lab}}}}""")
    ways.resolver.wait_for(lambda: abilities(ways) == {at: ("dual-stack", True)}, 60)
    assert texts(ways.ask("www.four.lab.")) == ["2001:db8:10::80"]
    assert texts(ways.ask("www.six.lab.")) == ["2001:db8:10::80"]
    assert asked(helper, "www.six.lab.") == {"dual"}
    assert "www.four.lab." not in {line["qname"].lower() for line in helper.lines("reply")}
    assert ways.service()["upstream"]["queries"]["ipv6"] == {"udp": 0, "tcp": 0}
