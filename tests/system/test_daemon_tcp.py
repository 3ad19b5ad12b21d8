"""TCP: many, idle, slow and greedy clients; the end of the daemon. A-07 T-15, RFC 7766."""
import contextlib
import resource
import signal
import socket
import struct
import time

import dns.message
import dns.query
import pytest

from conftest import ZONE

BIG = ZONE + "".join(f'big IN TXT "{"x" * 250}" "{number}"\n' for number in range(200))


def framed(name="app.example.com.", rrtype="AAAA", ident=0):
    message = dns.message.make_query(name, rrtype, use_edns=0)
    message.id = ident
    wire = message.to_wire()
    return struct.pack(">H", len(wire)) + wire


def read_answers(stream, count):
    data, found = b"", []
    while len(found) < count:
        octets = stream.recv(65536)
        assert octets, f"closed after {len(found)} of {count} answers"
        data += octets
        while len(data) >= 2 and len(data) >= 2 + struct.unpack_from(">H", data)[0]:
            size = struct.unpack_from(">H", data)[0]
            found.append(dns.message.from_wire(data[2:2 + size]))
            data = data[2 + size:]
    return found


def connect(daemon, address="::1"):
    return socket.create_connection((address, daemon.port), timeout=5)


def is_closed(stream):
    try:
        return stream.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.fixture
def serving(daemon):
    def start(transport=""):
        daemon.zone(BIG)
        daemon.config(["::1", "127.0.0.1"], transport=transport)
        return daemon.start()
    return start


def test_pipelining(serving):
    daemon = serving()
    with connect(daemon) as stream:
        stream.sendall(b"".join(framed(ident=ident) for ident in range(500)))
        assert [reply.id for reply in read_answers(stream, 500)] == list(range(500))


def test_query_in_parts(serving):
    daemon = serving()
    with connect(daemon, "127.0.0.1") as stream:
        octets = framed(ident=1) + framed(ident=2)
        for at in range(len(octets)):
            stream.sendall(octets[at:at + 1])
        assert [reply.id for reply in read_answers(stream, 2)] == [1, 2]


def test_client_that_closes_its_side_still_gets_answers(serving):
    daemon = serving()
    with connect(daemon) as stream:
        stream.sendall(framed("big.example.com.", "TXT", ident=9))
        stream.shutdown(socket.SHUT_WR)
        assert len(read_answers(stream, 1)[0].answer[0]) == 200


def test_three_hundred_idle_connections(serving):
    """BIND stops accepting at 162 of 300."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    daemon = serving()
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connect(daemon, ("::1", "127.0.0.1")[i % 2])) for i in range(300)]
        for stream in idle:
            stream.sendall(framed())
            read_answers(stream, 1)
        with connect(daemon) as fresh:
            fresh.sendall(framed())
            read_answers(fresh, 1)
        assert sum(daemon.events(family)["tcp_opened"] for family in ("ipv6", "ipv4")) >= 301
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_newcomers_are_not_refused_when_full(serving):
    daemon = serving("tcp-connections: 10, tcp-connections-per-client: 100")
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            stream = stack.enter_context(connect(daemon))
            stream.sendall(framed())
            read_answers(stream, 1)
        events = daemon.events("ipv6")
        assert events["tcp_evicted"] >= 40
        assert daemon.status()["services"][0]["counters"]["ipv6"]["tcp_active"] <= 20  # 10 on each of 2 workers


def test_idle_client_is_closed(serving):
    daemon = serving("tcp-idle-timeout: 1s")
    with connect(daemon) as stream:
        stream.sendall(framed())
        read_answers(stream, 1)
        begin = time.monotonic()
        assert is_closed(stream)
        assert 0.5 < time.monotonic() - begin < 4
    assert daemon.events("ipv6")["tcp_idle_timeout"] == 1


def test_dripping_client_is_closed(serving):
    """An octet now and then is no activity."""
    daemon = serving("tcp-idle-timeout: 1s")
    with connect(daemon) as stream:
        begin = time.monotonic()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for octet in framed() * 10:
                stream.sendall(bytes([octet]) if time.monotonic() - begin < 1 else b"\xff")
                time.sleep(0.2)
                assert time.monotonic() - begin < 6


def test_client_that_does_not_read(serving):
    """It is not answered without end, and it goes when its time is over; others do not notice."""
    daemon = serving("tcp-idle-timeout: 2s")
    with connect(daemon) as greedy:
        greedy.setblocking(False)
        asked = framed("big.example.com.", "TXT") * 100
        with contextlib.suppress(BlockingIOError):
            for _ in range(1000):
                greedy.send(asked)
        begin = time.monotonic()
        with connect(daemon) as other:
            other.sendall(framed())
            read_answers(other, 1)
        assert time.monotonic() - begin < 2
        daemon.wait_for(lambda: daemon.events("ipv6")["tcp_stalled"] == 1)
    with open(f"/proc/{daemon.process.pid}/status") as file:
        assert any(line.startswith("VmRSS") and int(line.split()[1]) < 300000 for line in file)


def test_garbage(serving):
    daemon = serving()
    with connect(daemon) as stream:
        stream.sendall(b"\0\0" + b"\0\x03abc" + struct.pack(">H", 12) + b"\xff" * 12 + framed(ident=5))
        assert read_answers(stream, 1)[0].id == 5
    assert dns.query.udp(dns.message.make_query("app.example.com.", "AAAA"), "::1", port=daemon.port, timeout=5).answer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_end_within_five_seconds(serving, number):
    daemon = serving()
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connect(daemon)) for _ in range(20)]
        slow = stack.enter_context(connect(daemon))
        slow.sendall(framed("big.example.com.", "TXT") * 200)
        for stream in idle:
            stream.sendall(framed())
            read_answers(stream, 1)
        begin = time.monotonic()
        daemon.process.send_signal(number)
        assert daemon.process.wait(10) == 0
        assert time.monotonic() - begin < 5
        assert all(is_closed(stream) for stream in idle)
    assert daemon.lines("stop")[-1]["msg"] == "stopped"


def test_stop_command(serving):
    daemon = serving()
    assert daemon.sextant("stop").returncode == 0
    assert daemon.process.wait(5) == 0
    assert daemon.sextant("status").returncode == 3


def test_query_log(daemon):
    daemon.config(["::1", "127.0.0.1"], service="    log: {queries: on, stream: authoritative}")
    daemon.start()
    query = dns.message.make_query("app.example.com.", "AAAA")
    for address in ("::1", "127.0.0.1"):
        dns.query.udp(query, address, port=daemon.port, timeout=5)
        dns.query.tcp(query, address, port=daemon.port, timeout=5)
    daemon.wait_for(lambda: len(daemon.lines("reply")) == 4)
    seen = {(row["family"], row["transport"], row["server"]) for row in daemon.lines("reply")}
    assert seen == {("ipv6", "udp", "::1"), ("ipv6", "tcp", "::1"), ("ipv4", "udp", "127.0.0.1"),
                    ("ipv4", "tcp", "127.0.0.1")}
    row = daemon.lines("reply")[0]
    assert (row["qname"], row["qtype"], row["rcode"], row["aaaa"]) == ("app.example.com.", "AAAA", "NOERROR", "native")
    assert row["stream"] == "authoritative" and row["an"] == 1
