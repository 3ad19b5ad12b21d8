"""Listeners of a family or an address that the host lacks, for a while or for good, and link-local ones.

F-05 F-06.
"""
import itertools
import socket
import subprocess

import dns.flags
import dns.message
import dns.query
import pytest

from conftest import PATIENCE_S, inside, program
from four_networks import PORT, SERVER_V4, SERVER_V6, command, start, world


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
