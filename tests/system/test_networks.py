"""The authoritative service on four networks: IPv6 only, IPv4 only, both, and IPv6 only behind NAT64.

A-06 A-07 A-15 T-05 T-13. Report 27.
"""
import itertools
import socket
import struct
import subprocess

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rdatatype
import pytest

from conftest import PATIENCE_S, Capture, inside, ip, program
from four_networks import BIG, NETWORKS, PORT, RECORDS, SERVER_V4, SERVER_V6, SIZES, command, start, world

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
