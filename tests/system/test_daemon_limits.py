"""Packet sizes as a capture shows them, not as socket options read; of both roles. Reports 25, 26.

A-08 A-09 R-06 T-01 T-03 T-04 T-05 T-06 T-14.
"""
import contextlib
import re
import socket
import struct
import subprocess
import time

import dns.flags
import dns.message
import dns.query
import pytest

from conftest import Capture, ip, inside

# Names t600 to t1300: their TXT answers are of about that many octets.
SIZES = range(600, 1400, 40)


def text_of(octets):
    chunks = []
    while octets > 0:
        chunks.append('"' + "x" * min(octets, 250) + '"')
        octets -= 250
    return " ".join(chunks)


BIG_ZONE = """$TTL 300
@ IN SOA ns1 hostmaster 1 3600 900 1209600 300
@ IN NS ns1
ns1 IN AAAA 2001:db8:1::1
ns1 IN A 192.0.2.1
""" + "".join(f"t{size} IN TXT {text_of(size - 70)}\n" for size in SIZES) + "".join(
    f"huge IN TXT {text_of(1000)} \"{number}\"\n" for number in range(60))


# The zone comes from a service of the same daemon, over the loopback.
RESOLVER = """version: 1
node: {{run-dir: run, state-dir: state, workers: 2}}
transport: {{{transport}}}
services:
  lan:
    role: resolver
    listen: ["2001:db8:1::1@5300", "192.0.2.1@5300"]
    allow: [2001:db8:1::/64, 192.0.2.0/24]
    root-hints: ["::1@5399"]
    priming: no
    validation: off
    stub: {{example.com: {{to: ["::1@5399"]}}}}
  public: {{role: authoritative, listen: ["::1@5399"], families: [ipv6], zones: [example.com]}}
zones:
  example.com: {{file: example.com.zone}}
"""
both_roles = pytest.mark.parametrize("role", ["authoritative", "resolver"])


@contextlib.contextmanager
def pair(daemons, networks, mtu=1500, transport="", role="authoritative"):
    server, client = networks.add("server"), networks.add("client")
    networks.cable(server, client, mtu=mtu)
    for namespace, last in ((server, 1), (client, 2)):
        networks.address(namespace, f"2001:db8:1::{last}/64")
        networks.address(namespace, f"192.0.2.{last}/24")
        # One packet on the wire is one packet in the capture.
        ip("link", "set", "eth0", "gso_max_segs", "1", namespace=namespace)
    daemon = daemons(server)
    daemon.zone(BIG_ZONE)
    daemon.config(["2001:db8:1::1@5300", "192.0.2.1@5300"], transport=transport)
    if role == "resolver":
        daemon.config_path.write_text(RESOLVER.format(transport=transport))
    daemon.start()
    yield daemon, server, client


def ask_all(client, address, limit, payload=4096):
    """TC exactly where the whole, as TCP brings it, is larger than the limit; never over TCP."""
    whole = truncated = 0
    with inside(client):
        for size in SIZES:
            query = dns.message.make_query(f"t{size}.example.com.", "TXT", use_edns=0, payload=payload)
            reply = dns.query.udp(query, address, port=5300, timeout=3)
            complete = dns.query.tcp(query, address, port=5300, timeout=3)
            assert complete.answer and not complete.flags & dns.flags.TC
            assert bool(reply.flags & dns.flags.TC) == (len(complete.to_wire()) > limit)
            assert reply.answer == ([] if reply.flags & dns.flags.TC else complete.answer)
            assert reply.edns == 0  # OPT is there in any case
            truncated += bool(reply.flags & dns.flags.TC)
            whole += not reply.flags & dns.flags.TC
    return whole, truncated


@both_roles
def test_udp_limits(daemons, networks, tmp_path, role):
    """1232 octets unless something else is said; less where the client offers less."""
    with pair(daemons, networks, role=role) as (daemon, server, client):
        capture = Capture(server, tmp_path / "pcap", "udp or ip6 proto 44")
        for address in ("2001:db8:1::1", "192.0.2.1"):
            whole, truncated = ask_all(client, address, 1232)
            assert whole >= 10 and truncated >= 2
        packets = capture.packets()
        for family in ("ipv6", "ipv4"):
            assert daemon.events(family)["truncated"] >= 2
        v6 = [p for p in packets if p[0] >> 4 == 6]
        v4 = [p for p in packets if p[0] >> 4 == 4]
        sent_v6 = [p for p in v6 if p[8:24] == socket.inet_pton(socket.AF_INET6, "2001:db8:1::1")]
        sent_v4 = [p for p in v4 if p[12:16] == socket.inet_aton("192.0.2.1")]
        assert len(sent_v6) == len(sent_v4) == len(SIZES)
        assert 1200 <= max(len(p) for p in sent_v6) <= 1280
        assert all(p[6] == socket.IPPROTO_UDP for p in sent_v6)  # no fragment header
        assert max(len(p) for p in sent_v4) <= 1260
        for packet in sent_v4:
            flags = struct.unpack_from(">H", packet, 6)[0]
            assert flags == 0x4000  # DF, and no fragment
        for payload in (900, 512):
            ask_all(client, "2001:db8:1::1", payload, payload)


@both_roles
def test_answer_the_path_does_not_take(daemons, networks, tmp_path, role):
    """With path-mtu: interface an answer may have 1400 octets; on a 1280-octet link it leaves as TC=1, not in parts."""
    transport = "path-mtu: interface, edns-udp-size: 1400"
    with pair(daemons, networks, 1280, transport, role) as (daemon, server, client):
        capture = Capture(server, tmp_path / "pcap", "udp or ip6 proto 44")
        whole, truncated = ask_all(client, "2001:db8:1::1", 1232)
        assert whole >= 10 and truncated >= 2
        assert daemon.events("ipv6")["shortened"] >= 2
        assert daemon.events("ipv6")["dropped_send"] == 0
        assert all(len(p) <= 1280 and p[6] == socket.IPPROTO_UDP for p in capture.packets())


def test_forged_packet_too_big_changes_nothing(daemons, networks):
    """T-14: ICMPv6 type 2 that claims 1280 or less for a path of 1500, to a server that sends up to 1400."""
    with pair(daemons, networks, transport="path-mtu: interface, edns-udp-size: 1400") as (_, server, client):
        before = ask_all(client, "2001:db8:1::1", 1400)
        inner = struct.pack(">IHBB", 6 << 28, 1300, socket.IPPROTO_UDP, 64)
        inner += socket.inet_pton(socket.AF_INET6, "2001:db8:1::1") + socket.inet_pton(socket.AF_INET6, "2001:db8:1::2")
        inner += struct.pack(">HHHH", 5300, 40000, 1300, 0) + b"\0" * 400
        with inside(client), socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as forger:
            for mtu in (1280, 1281, 576, 0):
                forger.sendto(struct.pack(">BBHI", 2, 0, 0, mtu) + inner, ("2001:db8:1::1", 0))
        assert ask_all(client, "2001:db8:1::1", 1400) == before


@both_roles
def test_tcp_segments(daemons, networks, tmp_path, role):
    with pair(daemons, networks, role=role) as (daemon, server, client):
        capture = Capture(server, tmp_path / "pcap", "tcp")
        for address in ("2001:db8:1::1", "192.0.2.1"):
            with inside(client):
                query = dns.message.make_query("huge.example.com.", "TXT")
                reply = dns.query.tcp(query, address, port=5300, timeout=5)
                assert len(reply.to_wire()) > 50000
        daemon.wait_for(lambda: daemon.events("ipv6")["tcp_closed"] == 1)
        packets = capture.packets()
        for offset, source, header in ((8, socket.inet_pton(socket.AF_INET6, "2001:db8:1::1"), 40),
                                       (12, socket.inet_aton("192.0.2.1"), 20)):
            sent = [p for p in packets if p[0] >> 4 == (6 if header == 40 else 4) and p[offset:offset + len(source)] == source]
            handshake = next(p[header:] for p in sent if p[header + 13] & 0x12 == 0x12)
            assert handshake[20:22] == b"\x02\x04"
            assert struct.unpack_from(">H", handshake, 22)[0] == 1220
            assert max(len(p) for p in sent) <= header + 20 + 1220
        mss = daemon.status()["services"][0]["counters"]["ipv6"]["mss"]
        assert mss["1208"] + mss["1220"] == 1


def receive_all(namespace, address, port, seconds):
    """The octets of one big answer that arrive in time."""
    with inside(namespace):
        query = dns.message.make_query("huge.example.com.", "TXT").to_wire()
        got = 0
        with socket.create_connection((address, port), timeout=seconds) as stream:
            stream.sendall(struct.pack(">H", len(query)) + query)
            deadline = time.monotonic() + seconds
            with contextlib.suppress(TimeoutError):
                while got < 60000 and time.monotonic() < deadline:
                    octets = stream.recv(65536)
                    if not octets:
                        break
                    got += len(octets)
        return got


@both_roles
def test_large_tcp_answer_over_a_black_hole(daemons, networks, role):
    """A link that takes 1280 octets and drops the rest without a word: a server without our limit stalls there."""
    with pair(daemons, networks, role=role) as (_, server, client):
        # veth drops what the receiving end's MTU does not take; advmss hides that MTU from the handshake.
        ip("link", "set", "eth0", "mtu", "1280", namespace=client)
        networks.run(client, "ip", "-6", "route", "replace", "2001:db8:1::/64", "dev", "eth0", "metric", "1",
                     "advmss", "1440")
        control = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{server}", "/usr/bin/python3", "-c",
             "import socket; s = socket.create_server(('2001:db8:1::1', 5301), family=socket.AF_INET6); print('up', flush=True)\n"
             "c, _ = s.accept(); c.recv(100); c.sendall(b'x' * 60000); c.recv(100)"], stdout=subprocess.PIPE, text=True)
        try:
            assert control.stdout.readline() == "up\n"
            assert receive_all(client, "2001:db8:1::1", 5301, 2) < 60000  # the path is as bad as it is meant to be
        finally:
            control.kill()
            control.wait()
            control.stdout.close()
        assert receive_all(client, "2001:db8:1::1", 5300, 10) >= 60000


def test_start_line_tells_the_limits(daemon):
    daemon.config(["::1", "127.0.0.1"], transport="tcp-mss: 1388")
    daemon.start()
    rows = [row for row in daemon.lines("start") if "tcp_mss" in row]
    assert {(row["tcp_mss"], row["udp_size"]) for row in rows} == {(1388, 1232)}
    assert re.search(r'"path_mtu":"1280"', daemon.text())
