"""The authoritative service on four networks: IPv6 only, IPv4 only, both, and IPv6 only behind NAT64.

A-06 A-07 A-15 F-05 F-06 T-05 T-13. Report 27.
"""
import dataclasses
import itertools
import os
import shutil
import socket
import struct
import subprocess

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from conftest import PATIENCE_S, Capture, inside, ip, program

PORT = 5300
SERVER_V6, SERVER_V4 = "2001:db8:1::53", "192.0.2.53"
NAT64_PREFIX = "2001:db8:64::"  # a prefix of the network's own: 64:ff9b::/96 must not map 192.0.2.0/24 (RFC 6052 3.1)
NAT64_SERVER = NAT64_PREFIX + "192.0.2.53"
NETWORKS = ("ipv6", "ipv4", "dual", "nat64")


def text_of(octets):
    whole, rest = divmod(octets, 250)
    return " ".join(['"' + "x" * 250 + '"'] * whole + (['"' + "y" * rest + '"'] if rest else []))


# Names t600 to t1400: their TXT answers are of about that many octets.
SIZES = range(600, 1440, 40)
RECORDS = """$TTL 300
@ IN SOA ns1 hostmaster {serial} 3600 900 1209600 300
@ IN NS ns1
@ IN NS ns2
@ IN MX 10 mail
@ IN MX 20 mail.example.net.
@ IN TXT "example"
@ IN CAA 0 issue "ca.example.net"
ns1 IN AAAA 2001:db8:1::53
ns1 IN A 192.0.2.53
ns2 IN AAAA 2001:db8:20::53
ns2 IN A 198.51.100.53
mail IN AAAA 2001:db8:10::25
mail IN A 192.0.2.25
app IN AAAA 2001:db8:10::20
app IN AAAA 2001:db8:10::21
app IN A 192.0.2.20
app IN A 192.0.2.21
six IN AAAA 2001:db8:10::6
four IN A 192.0.2.4
www IN CNAME app
far IN CNAME www.example.net.
_dns._udp IN SRV 0 1 53 ns1
svc IN HTTPS 1 . alpn=h2 ipv6hint=2001:db8:10::30 ipv4hint=192.0.2.30
svc IN AAAA 2001:db8:10::30
svc IN A 192.0.2.30
*.wild IN AAAA 2001:db8:10::77
*.wild IN TXT "wild"
old IN DNAME new
a.new IN AAAA 2001:db8:10::99
child IN NS ns1.child
child IN NS ns2.child
ns1.child IN AAAA 2001:db8:1:c::1
ns1.child IN A 192.0.2.101
ns2.child IN AAAA 2001:db8:1:c::2
ns2.child IN A 192.0.2.102
"""
BIG = "".join(f"t{size} IN TXT {text_of(size - 75)}\n" for size in SIZES) + "".join(
    f"huge IN TXT {text_of(1000)} \"{number}\"\n" for number in range(58))
OWNERS = ["", "ns1", "mail", "app", "APP", "six", "four", "www", "far", "_dns._udp", "_udp", "svc", "a.wild",
          "b.a.wild", "wild", "old", "a.old", "b.old", "child", "www.child", "ns1.child", "absent", "a.absent", "t600", "t1400"]
TYPES = ["AAAA", "A", "NS", "SOA", "MX", "TXT", "SRV", "CNAME", "HTTPS", "DS", "ANY", "DNSKEY", "NSEC", "TYPE65300"]


def signed_zone(folder):
    """The same records as example.net, signed with NSEC."""
    source = folder / "example.net"
    source.write_text(RECORDS.format(serial=1))
    subprocess.run(["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "-K", folder, "example.net"],
                   check=True, capture_output=True, cwd=folder)
    subprocess.run(["dnssec-signzone", "-q", "-z", "-K", folder, "-S", "-s", "20260101000000", "-e", "20400101000000",
                    "-o", "example.net", "-f", folder / "signed", source], check=True, capture_output=True, cwd=folder)
    return (folder / "signed").read_text()


def queries():
    """Everything to be asked, as octets whose ID is 0."""
    ways = [{"use_edns": -1}, {"use_edns": 0, "payload": 1232}, {"use_edns": 0, "payload": 4096, "want_dnssec": True}]
    names = [f"{owner}.{zone}.".lstrip(".") for zone in ("example.com", "example.net") for owner in OWNERS]
    names += ["example.org.", ".", "com."]
    found = []
    for name, rrtype, way in itertools.product(names, TYPES, ways):
        message = dns.message.make_query(name, rrtype, **way)
        message.id = 0
        found.append(message.to_wire())
    odd = dns.message.make_query("app.example.com.", "AAAA", use_edns=0)
    odd.id = 0
    for position, value in ((2, 0x20), (2, 0x28), (5, 2), (11, 2)):  # NOTIFY, UPDATE, QDCOUNT 2, ARCOUNT 2
        wire = bytearray(odd.to_wire())
        wire[position] = value
        found.append(bytes(wire))
    found.append(dns.message.make_query("app.example.com.", "AAAA", use_edns=1, id=0).to_wire())
    return found


def ask_udp(asker, wire, number, losses):
    """The whole answer behind the ID."""
    asker.send(struct.pack(">H", number & 0xffff) + wire[2:])
    while True:
        try:
            answer = asker.recv(65535)
        except TimeoutError:
            losses -= 1
            assert losses >= 0, "no answer"
            asker.send(struct.pack(">H", number & 0xffff) + wire[2:])
            continue
        if answer[:2] == struct.pack(">H", number & 0xffff):
            return answer[2:]


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        octets = stream.recv(size - len(data))
        assert octets, "closed amid an answer"
        data += octets
    return data


def ask_tcp(stream, wire, number):
    stream.sendall(struct.pack(">HH", len(wire), number & 0xffff) + wire[2:])
    answer = read_exactly(stream, struct.unpack(">H", read_exactly(stream, 2))[0])
    assert answer[:2] == struct.pack(">H", number & 0xffff)
    return answer[2:]


def ask_everything(address, port, wires, losses=0):
    """[(UDP answer, TCP answer)], each without its ID. losses: times that a question over UDP may be asked again."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asker, socket.create_connection((address, port), 5) as stream:
        asker.settimeout(5)
        asker.connect((address, port))
        return [(ask_udp(asker, wire, number, losses), ask_tcp(stream, wire, number)) for number, wire in enumerate(wires)]


def without_ipv6(networks, namespace):
    networks.sysctl(namespace, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")


def without_ipv4(namespace):
    ip("address", "del", "127.0.0.1/8", "dev", "lo", namespace=namespace)


@dataclasses.dataclass
class World:
    """A server and a client on one of the networks; addresses are those by which the client reaches the server."""

    server: str
    client: str
    listen: list
    addresses: list


class Tayga:
    """The NAT64 router: eth0 to the client, eth1 to the server, and the translator between them."""

    def __init__(self, networks, router, folder):
        if shutil.which("tayga") is None:
            pytest.fail("tayga is not installed: ./run test installs it")
        if not os.path.exists("/dev/net/tun"):
            pytest.skip("no /dev/net/tun here: a NAT64 translator needs a tun device")
        config = folder / "tayga.conf"
        config.write_text(f"tun-device nat64\nipv4-addr 198.51.100.1\nipv6-addr 2001:db8:1:f::1\n"
                          f"prefix {NAT64_PREFIX}/96\ndynamic-pool 198.51.100.0/24\n")
        command = ["nsenter", f"--net=/run/netns/{router}", "tayga", "--config", str(config)]
        made = subprocess.run([*command, "--mktun"], capture_output=True, text=True, check=False)
        if "Unable to open /dev/net/tun" in made.stdout + made.stderr:
            pytest.skip(f"a NAT64 translator needs a tun device: {made.stdout}{made.stderr}")
        assert made.returncode == 0, made.stdout + made.stderr
        networks.sysctl(router, "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
        ip("link", "set", "nat64", "up", namespace=router)
        ip("route", "add", NAT64_PREFIX + "/96", "dev", "nat64", namespace=router)
        ip("route", "add", "198.51.100.0/24", "dev", "nat64", namespace=router)
        self.log = open(folder / "tayga.log", "ab")
        self.process = subprocess.Popen([*command, "--nodetach"], stdout=self.log, stderr=self.log)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


@pytest.fixture
def translators(networks, tmp_path):
    made = []

    def make(router):
        made.append(Tayga(networks, router, tmp_path))

    yield make
    for translator in made:
        translator.stop()


@pytest.fixture
def world(networks, translators):
    def make(kind, mtu=1500):
        server, client = networks.add("server"), networks.add("client")
        if kind == "nat64":
            return behind_nat64(networks, translators, server, client, mtu)
        if kind == "ipv4":
            without_ipv6(networks, server)
            without_ipv6(networks, client)
        networks.cable(server, client, mtu=mtu)
        found = World(server, client, [], [])
        for family, address, peer in (("ipv6", SERVER_V6, "2001:db8:1::c"), ("ipv4", SERVER_V4, "192.0.2.12")):
            if kind not in (family, "dual"):
                continue
            for namespace, one in ((server, address), (client, peer)):
                networks.address(namespace, one + ("/64" if family == "ipv6" else "/24"))
            found.listen.append(f"{address}@{PORT}")
            found.addresses.append(address)
        if kind == "ipv6":
            without_ipv4(server)
            without_ipv4(client)
        return found
    return make


def behind_nat64(networks, translators, server, client, mtu):
    """The server has no IPv6 and the client no IPv4; the client's link takes mtu octets."""
    router = networks.add("router")
    without_ipv6(networks, server)
    networks.cable(client, router, mtu=mtu)
    networks.cable(server, router, ("eth0", "eth1"))
    networks.address(client, "2001:db8:1::c/64")
    networks.address(router, "2001:db8:1::1/64")
    networks.address(server, SERVER_V4 + "/24")
    networks.address(router, "192.0.2.1/24", "eth1")
    without_ipv4(client)
    ip("route", "add", "default", "via", "2001:db8:1::1", namespace=client)
    ip("route", "add", "default", "via", "192.0.2.1", namespace=server)
    translators(router)
    return World(server, client, [f"{SERVER_V4}@{PORT}"], [NAT64_SERVER])


def start(daemons, namespace, listen, signed="", **more):
    daemon = daemons(namespace)
    daemon.zone(RECORDS.format(serial=1) + BIG)
    zones = ["example.com"]
    if signed:
        daemon.zone(signed, "example.net")
        zones.append("example.net")
    daemon.config(listen, zones=zones, **more)
    return daemon.start()


# --- What is answered ---

@pytest.mark.parametrize("kind", NETWORKS)
def test_same_octets_on_every_network(kind, world, daemons, tmp_path):
    """Each answer is, but for its ID, the one that a daemon on ::1 gives, whatever network and family carried it."""
    signed = signed_zone(tmp_path)
    reference = start(daemons, None, ["::1"], signed)
    here = world(kind)
    start(daemons, here.server, here.listen, signed)
    wires = queries()
    expected = ask_everything("::1", reference.port, wires)
    for address in here.addresses:
        with inside(here.client):
            # Only the translator, a user program, may lose a datagram: its queue runs over on a busy machine.
            got = ask_everything(address, PORT, wires, losses=3 if kind == "nat64" else 0)
        for wire, (udp, tcp), (udp_expected, tcp_expected) in zip(wires, got, expected):
            assert udp == udp_expected, dns.message.from_wire(wire)
            assert tcp == tcp_expected, dns.message.from_wire(wire)
    # The comparison saw something: answers of all kinds, in both zones.
    flags = [struct.unpack_from(">H", udp)[0] for udp, _ in expected]
    assert {flag & 15 for flag in flags} >= {0, 1, 3, 5}
    assert any(flag & dns.flags.TC for flag in flags) and len(set(expected)) > 1000
    assert max(len(udp) for udp, _ in expected) + 2 <= 1232


def test_same_octets_but_for_cookies(world, daemons):
    here = world("dual")
    start(daemons, here.server, here.listen)
    answers = []
    with inside(here.client):
        for address in here.addresses:
            query = dns.message.make_query("app.example.com.", "AAAA", use_edns=0, id=7, options=[
                dns.edns.GenericOption(dns.edns.OptionType.COOKIE, b"8 octets")])
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as asker:
                asker.settimeout(5)
                asker.connect((address, PORT))
                asker.send(query.to_wire())
                answers.append(asker.recv(4096))
    v6, v4 = answers
    at = v6.index(b"8 octets") + 8
    assert v6[at:at + 4] == v4[at:at + 4] == b"\1\0\0\0"  # RFC 9018 4.1: version and reserved octets
    assert v6[at + 8:at + 16] != v4[at + 8:at + 16]  # the hash covers the client's address
    # Time and hash end the message, as the cookie is its last option.
    assert v6[:at + 4] == v4[:at + 4] and len(v6) == len(v4) == at + 16


@pytest.mark.parametrize("kind", NETWORKS)
def test_referral_has_glue_of_both_families(kind, world, daemons):
    """A-03, A-04: who came over one family is told the addresses of both."""
    here = world(kind)
    start(daemons, here.server, here.listen)
    with inside(here.client):
        for address, ask in itertools.product(here.addresses, (dns.query.udp, dns.query.tcp)):
            for rrtype in ("AAAA", "A"):
                reply = ask(dns.message.make_query("www.child.example.com.", rrtype), address, port=PORT, timeout=5)
                assert not reply.answer and not reply.flags & (dns.flags.AA | dns.flags.TC)
                assert [rrset.rdtype for rrset in reply.authority] == [dns.rdatatype.NS]
                glue = {(str(rrset.name)[:3], rrset.rdtype) for rrset in reply.additional}
                assert glue == set(itertools.product(("ns1", "ns2"), (dns.rdatatype.AAAA, dns.rdatatype.A)))


# --- Sizes ---

@pytest.mark.parametrize("kind", NETWORKS)
def test_sizes_on_a_link_of_1280_octets(kind, world, daemons, tmp_path):
    """T-13: with the 20 octets that IPv4 to IPv6 adds an answer still is one packet, and a segment fits too."""
    here = world(kind, mtu=1280)
    for namespace in (here.server, here.client):
        ip("link", "set", "eth0", "gso_max_segs", "1", namespace=namespace)
    start(daemons, here.server, here.listen)
    capture = Capture(here.client, tmp_path / "pcap", "udp or tcp or ip6 proto 44")
    for address in here.addresses:
        with inside(here.client):
            whole = truncated = 0
            for size in SIZES:
                query = dns.message.make_query(f"t{size}.example.com.", "TXT", use_edns=0, payload=4096)
                reply = dns.query.udp(query, address, port=PORT, timeout=5)
                truncated += bool(reply.flags & dns.flags.TC)
                whole += not reply.flags & dns.flags.TC
                assert dns.query.tcp(query, address, port=PORT, timeout=5).answer[0].rdtype == dns.rdatatype.TXT
            assert whole >= 14 and truncated >= 3
            huge = dns.query.tcp(dns.message.make_query("huge.example.com.", "TXT"), address, port=PORT, timeout=10)
            assert len(huge.to_wire()) > 58000
    packets = capture.packets()
    for address in here.addresses:
        source, header = (socket.inet_pton(socket.AF_INET6, address), 40) if ":" in address else (
            socket.inet_aton(address), 20)
        sent = [p for p in packets if p[0] >> 4 == (6 if header == 40 else 4) and source in p[8:24]]
        protocols = {p[6] if header == 40 else p[9] for p in sent}
        assert protocols == {socket.IPPROTO_UDP, socket.IPPROTO_TCP}  # no fragment header among them
        assert 1240 <= max(len(p) for p in sent) <= 1280
        assert all(p[6:8] == b"\x40\0" for p in sent if header == 20)  # DF, no fragment
        syn = next(p for p in sent if len(p) > header + 23 and p[header + 13] & 0x12 == 0x12 and
                   (p[6] if header == 40 else p[9]) == socket.IPPROTO_TCP)
        assert syn[header + 20:header + 24] == b"\x02\x04" + struct.pack(">H", 1220)


# --- The operator's commands ---

def command(namespace, *words):
    return subprocess.run(["nsenter", f"--net=/run/netns/{namespace}", str(program("sextant")), *map(str, words)],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.mark.parametrize("kind", NETWORKS)
def test_commands(kind, world, daemons):
    """query, status, check, reload and the daemon itself on hosts that lack a family altogether."""
    here = world(kind)
    daemon = start(daemons, here.server, here.listen)
    assert daemon.status()["readiness"] == "ready"
    assert {row["family"] for row in daemon.lines("start") if "family" in row} == {
        "ipv6" if ":" in address else "ipv4" for address in here.listen}
    probed = daemon.sextant("status", "--probe")
    assert probed.returncode == 0 and probed.stdout.count(" ok ") == 2 * len(here.listen), probed.stdout
    for address in here.addresses:
        for words in ((), ("--tcp",), ("-6" if ":" in address else "-4",)):
            asked = command(here.client, "query", "app.example.com", "AAAA", "A", f"@{address}@{PORT}", "--short",
                            *words)
            assert asked.returncode == 0, asked.stdout + asked.stderr
            assert set(asked.stdout.split()) == {"2001:db8:10::20", "2001:db8:10::21", "192.0.2.20", "192.0.2.21"}
        other = command(here.client, "query", "app.example.com", f"@{address}@{PORT}", "-4" if ":" in address else "-6")
        assert other.returncode in (2, 3) and other.stdout + other.stderr, other
    checked = daemon.sextant("check", daemon.config_path)
    elsewhere = subprocess.run([str(program("sextant")), "check", daemon.config_path], capture_output=True, text=True,
                               timeout=PATIENCE_S, check=False)
    assert checked.returncode == elsewhere.returncode and "example.com" in checked.stdout
    drop_time = lambda text: [line for line in text.splitlines() if " s)" not in line]
    assert drop_time(checked.stdout) == drop_time(elsewhere.stdout)
    assert daemon.sextant("reload").returncode == 0


def test_family_comparison(world, daemons):
    here = world("dual")
    start(daemons, here.server, here.listen)
    servers = [f"@{address}@{PORT}" for address in here.addresses]
    for name in ("app.example.com", "www.child.example.com", "absent.example.com", "huge.example.com"):
        compared = command(here.client, "query", name, "AAAA", "TXT", *servers, "--compare", "family,transport")
        assert compared.returncode == 0, compared.stdout + compared.stderr


@pytest.mark.parametrize("kind", ["ipv6", "ipv4"])
def test_family_comparison_without_one(kind, world, daemons):
    """What the host cannot try it must not call equal: exit code 3."""
    here = world(kind)
    start(daemons, here.server, here.listen)
    compared = command(here.client, "query", "app.example.com", f"@{SERVER_V6}@{PORT}", f"@{SERVER_V4}@{PORT}",
                       "--compare", "family", "--timeout", "1s")
    assert compared.returncode == 3, compared.stdout + compared.stderr


def test_same_serial_after_reload(world, daemons):
    here = world("dual")
    daemon = start(daemons, here.server, here.listen)
    query = dns.message.make_query("example.com.", "SOA")
    for serial in range(2, 8):
        daemon.zone(RECORDS.format(serial=serial) + BIG)
        assert daemon.sextant("reload").returncode == 0
        with inside(here.client):
            # Several times, since each socket is of one of two workers.
            for address, ask, _ in itertools.product(here.addresses, (dns.query.udp, dns.query.tcp), range(6)):
                assert ask(query, address, port=PORT, timeout=5).answer[0][0].serial == serial


# --- A host that lacks a family ---

def states(daemon):
    return {row["address"]: row["state"] for row in daemon.status()["services"][0]["listeners"]}


def assert_answers(client, *addresses):
    with inside(client):
        for address, ask in itertools.product(addresses, (dns.query.udp, dns.query.tcp)):
            assert ask(dns.message.make_query("example.com.", "SOA"), address, port=PORT, timeout=5).answer


def assert_lacks(daemon, endpoint, family):
    """Said by the log, by status and by the probe, and not ready."""
    status = daemon.status()
    assert status["readiness"] == "not-ready"
    assert [reason for reason in status["reasons"] if endpoint in reason] == status["reasons"] != []
    rows = [row for row in daemon.lines("listener") if row["address"] == endpoint]
    assert [(row["family"], row["state"], row["level"]) for row in rows] == [(family, "waiting", "warning")]
    assert f"not ready: listener {endpoint}" in daemon.sextant("status").stdout
    assert daemon.sextant("status", "--probe").returncode == 1
    return rows[0]["msg"], status["reasons"][0]


@pytest.mark.parametrize("listen", [[SERVER_V6, SERVER_V4], ["::1", SERVER_V4], ["::", SERVER_V4], ["any"]])
def test_no_ipv6_is_named(listen, world, daemons):
    """F-06: IPv4 is served, and everyone is told that IPv6 is not."""
    here = world("ipv4")
    daemon = start(daemons, here.server, [f"{address}@{PORT}" for address in listen])
    lacking = "::" if listen == ["any"] else listen[0]
    assert_answers(here.client, SERVER_V4)
    words = assert_lacks(daemon, f"{lacking}@{PORT}", "ipv6")
    if lacking == "::":
        assert all("IPv6" in text for text in words)


@pytest.mark.parametrize("listen", [[SERVER_V6, SERVER_V4], [SERVER_V6, "127.0.0.1"], [SERVER_V6, "0.0.0.0"], ["any"]])
def test_no_ipv4_is_named(listen, world, daemons):
    here = world("ipv6")
    daemon = start(daemons, here.server, [f"{address}@{PORT}" for address in listen])
    lacking = "0.0.0.0" if listen == ["any"] else listen[1]
    assert_answers(here.client, SERVER_V6)
    words = assert_lacks(daemon, f"{lacking}@{PORT}", "ipv4")
    if lacking == "0.0.0.0":
        assert all("IPv4" in text for text in words)


def test_only_loopback_and_link_local(networks, daemons):
    """As in a container whose network is IPv4: ::1 and fe80:: are there, nothing that a client could reach."""
    server = networks.add("server")
    networks.cable(server, networks.add("client"))
    networks.address(server, SERVER_V4 + "/24")
    assert "fe80::" in networks.run(server, "ip", "-6", "address", "show", "dev", "eth0").stdout
    daemon = start(daemons, server, [f"any@{PORT}"])
    assert states(daemon) == {f"::@{PORT}": "waiting", f"0.0.0.0@{PORT}": "up"}
    networks.address(server, SERVER_V6 + "/64")
    daemon.wait_for(lambda: daemon.status()["readiness"] == "ready")
    assert_answers(server, SERVER_V6, SERVER_V4)


def test_wildcard_on_loopback_alone(networks, daemons):
    """A laboratory: no interface but lo. What it has of both families is enough."""
    server = networks.add("server")
    daemon = start(daemons, server, [f"any@{PORT}"])
    assert daemon.status()["readiness"] == "ready"
    assert_answers(server, "::1", "127.0.0.1")
    assert daemon.sextant("status", "--probe").returncode == 0


def test_ipv6_comes_later(networks, world, daemons):
    here = world("ipv4")
    daemon = start(daemons, here.server, [f"any@{PORT}"])
    assert states(daemon) == {f"::@{PORT}": "waiting", f"0.0.0.0@{PORT}": "up"}
    for namespace, address in ((here.server, SERVER_V6), (here.client, "2001:db8:1::c")):
        networks.sysctl(namespace, "net.ipv6.conf.all.disable_ipv6=0")
        networks.address(namespace, address + "/64")
    daemon.wait_for(lambda: daemon.status()["readiness"] == "ready")
    assert_answers(here.client, SERVER_V6, SERVER_V4)


@pytest.mark.parametrize("address", ["::", SERVER_V6])
def test_no_ipv6_and_no_waiting(address, world, daemons):
    """freebind: no makes an error of it."""
    here = world("ipv4")
    daemon = daemons(here.server)
    daemon.zone()
    daemon.config([f"{address}@{PORT}", f"{SERVER_V4}@{PORT}"], transport="freebind: no")
    assert daemon.run_to_end() == 1
    assert f"cannot listen on {address}@{PORT}" in daemon.text()


# A kernel started with ipv6.disable=1, as a system call filter shows it: no socket of the family can be made.
WITHOUT_FAMILY = """
import ctypes, os, struct, sys
family, command = int(sys.argv[1]), sys.argv[2:]
rows = [(0x20, 0, 0, 0), (0x15, 0, 3, int(os.uname().machine == "x86_64") and 41 or 198), (0x20, 0, 0, 16),
        (0x15, 0, 1, family), (0x06, 0, 0, 0x50000 | 97), (0x06, 0, 0, 0x7fff0000)]
code = b"".join(struct.pack("=HBBI", *row) for row in rows)
buffer = ctypes.create_string_buffer(code)
program = ctypes.create_string_buffer(struct.pack("@HP", len(rows), ctypes.addressof(buffer)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0, os.strerror(ctypes.get_errno())
os.execv(command[0], command)
"""


def test_kernel_without_ipv6(daemon):
    """Neither silently IPv4 alone nor a riddle: the start fails and says how to go without the family."""
    def run(*words):
        return subprocess.run(["/usr/bin/python3", "-c", WITHOUT_FAMILY, str(int(socket.AF_INET6)), *map(str, words)],
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    for address in ("::1", "::"):
        daemon.config([address, "127.0.0.1"])
        done = run(program("sextantd"), "--config", daemon.config_path)
        assert done.returncode == 1
        assert f"cannot listen on {address}@{daemon.port}" in done.stderr and "families" in done.stderr
    daemon.config(["127.0.0.1"])
    daemon.start()
    asked = run(program("sextant"), "query", "app.example.com", "AAAA", f"@127.0.0.1@{daemon.port}", "--short")
    assert asked.stdout.split() == ["2001:db8:10::20"], asked.stderr
    assert run(program("sextant"), "status", "--probe", "--config", daemon.config_path).returncode == 0
    asked = run(program("sextant"), "query", "app.example.com", "AAAA", f"@::1@{daemon.port}", "--timeout", "1s")
    assert asked.returncode == 3 and "over IPv6" in asked.stdout + asked.stderr


# --- Link-local ---

def test_link_local_listener(networks, daemons):
    """One address on two links: the listener is on the link that its scope names, and on no other."""
    server, near, other = networks.add("server"), networks.add("near"), networks.add("other")
    networks.cable(server, near, ("eth0", "eth0"))
    networks.cable(server, other, ("eth1", "eth0"))
    for namespace, name in ((server, "eth0"), (server, "eth1"), (near, "eth0"), (other, "eth0")):
        networks.address(namespace, "fe80::53/64" if namespace == server else "fe80::c/64", name)
    daemon = start(daemons, server, [f"fe80::53%eth0@{PORT}"])
    assert states(daemon) == {f"fe80::53%eth0@{PORT}": "up"}
    assert f'"listening on fe80::53%eth0@{PORT}"' in daemon.text()
    query = dns.message.make_query("huge.example.com.", "TXT", use_edns=0)
    for client, is_answered in ((near, True), (other, False)):
        with inside(client), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asker:
            asker.settimeout(5 if is_answered else 0.3)
            asker.sendto(query.to_wire(), ("fe80::53", PORT, 0, socket.if_nametoindex("eth0")))
            if is_answered:
                answer, source = asker.recvfrom(4096)
                assert source[:2] == ("fe80::53", PORT)
                assert dns.message.from_wire(answer, ignore_trailing=True).flags & dns.flags.TC
            else:
                with pytest.raises((TimeoutError, ConnectionRefusedError)):
                    asker.recvfrom(4096)
        asked = command(client, "query", "huge.example.com", "TXT", f"@fe80::53%eth0@{PORT}", "--short",
                        "--timeout", "1s")
        assert asked.returncode == (0 if is_answered else 3), asked.stdout[-500:] + asked.stderr
        assert ("xxx" in asked.stdout) == is_answered
    assert daemon.sextant("status", "--probe").returncode == 0


def test_link_local_listener_waits(networks, daemons):
    server = networks.add("server")
    networks.cable(server, networks.add("client"))
    networks.address(server, SERVER_V6 + "/64")
    daemon = start(daemons, server, [f"{SERVER_V6}@{PORT}", f"fe80::53%eth0@{PORT}"])
    assert_lacks(daemon, f"fe80::53%eth0@{PORT}", "ipv6")
    networks.address(server, "fe80::53/64")
    daemon.wait_for(lambda: daemon.status()["readiness"] == "ready")
    assert daemon.sextant("status", "--probe").returncode == 0
