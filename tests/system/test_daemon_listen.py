"""Addresses: who may listen where, answers from the asked address, addresses that come later. A-05 A-07 A-15 F-05."""
import pwd
import socket

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from conftest import ip, inside

ASK = dns.message.make_query("example.com.", "SOA")


def is_answered(address, port, tcp=False, timeout=3):
    ask = dns.query.tcp if tcp else dns.query.udp
    reply = ask(ASK, address, port=port, timeout=timeout)
    return reply.rcode() == dns.rcode.NOERROR and bool(reply.answer)


def test_both_families_and_transports(daemon):
    daemon.config(["::1", "127.0.0.1"])
    daemon.start()
    for address in ("::1", "127.0.0.1"):
        for tcp in (False, True):
            assert is_answered(address, daemon.port, tcp)
    bound = {(row["address"], row["port"], row["family"], row["tcp_mss"]) for row in daemon.lines("start")
             if "address" in row}
    assert bound == {("::1", daemon.port, "ipv6", 1220), ("127.0.0.1", daemon.port, "ipv4", 1220)}
    assert daemon.status()["readiness"] == "ready"
    done = daemon.sextant("status", "--probe")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(" ok ") == 4


def test_second_daemon_is_refused(daemon, daemons):
    daemon.config(["::1", "127.0.0.1"])
    daemon.start()
    for listen in (["::1"], ["::"], ["127.0.0.1"], ["0.0.0.0"]):
        second = daemons()
        second.zone()
        second.port = daemon.port
        second.config(listen)
        assert second.run_to_end() == 1
        assert f"sextantd (pid {daemon.process.pid}) holds" in second.text()
    assert is_answered("::1", daemon.port)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_port_taken_by_another_program(daemon, kind):
    """Even one that would share it with SO_REUSEPORT."""
    with socket.socket(socket.AF_INET6, kind) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("::1", daemon.port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        daemon.config(["::1"])
        assert daemon.run_to_end() == 1
        assert "holds ::1@" in daemon.text() and "(pid " in daemon.text()


def test_restart_at_once(daemon):
    """Connections of the forerunner that linger in TIME_WAIT do not keep the next one from its port."""
    daemon.config(["::1"])
    daemon.start()
    with socket.create_connection(("::1", daemon.port)) as client:
        client.sendall(b"\0\x0c" + b"\0" * 12)
        assert daemon.stop() == 0
    daemon.start()
    assert is_answered("::1", daemon.port, tcp=True)


def test_wildcard_answers_from_the_asked_address(daemons, networks):
    server, client = networks.add("server"), networks.add("client")
    networks.cable(server, client)
    addresses = ["2001:db8:1::1", "2001:db8:1::2", "192.0.2.1", "192.0.2.2"]
    for address in addresses:
        networks.address(server, address + ("/64" if ":" in address else "/24"))
    networks.address(client, "2001:db8:1::c/64")
    networks.address(client, "192.0.2.12/24")
    daemon = daemons(server)
    daemon.zone()
    daemon.config(["any@5300"])
    daemon.start()
    show = networks.run(server, "ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link").stdout
    link_local = show.split("inet6 ")[1].split("/")[0]
    with inside(client):
        scope = socket.if_nametoindex("eth0")
        for address in addresses:
            # dns.query.udp takes no answer from an address other than the asked one.
            assert is_answered(address, 5300) and is_answered(address, 5300, tcp=True)
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asker:
            asker.settimeout(3)
            asker.connect((link_local, 5300, 0, scope))
            asker.send(ASK.to_wire())
            assert dns.message.from_wire(asker.recv(4096)).answer
    servers = {row["server"] for row in daemon.lines("reply")}
    assert servers == set()  # no query log was asked for


def test_address_that_comes_late(daemons, networks):
    server = networks.add("server")
    networks.cable(server, networks.add("client"))
    daemon = daemons(server)
    daemon.zone()
    daemon.config(["2001:db8:1::53@5300", "192.0.2.53@5300", "127.0.0.1@5300"])
    daemon.start()
    status = daemon.status()
    states = {row["address"]: row["state"] for row in status["services"][0]["listeners"]}
    assert states == {"2001:db8:1::53@5300": "waiting", "192.0.2.53@5300": "waiting", "127.0.0.1@5300": "up"}
    assert status["readiness"] == "not-ready" and len(status["reasons"]) == 2
    assert {row["address"] for row in daemon.lines("listener")} == {"2001:db8:1::53@5300", "192.0.2.53@5300"}
    networks.address(server, "2001:db8:1::53/64")
    networks.address(server, "192.0.2.53/24")
    daemon.wait_for(lambda: daemon.status()["readiness"] == "ready")
    with inside(server):
        assert is_answered("2001:db8:1::53", 5300) and is_answered("192.0.2.53", 5300, tcp=True)
    ip("address", "del", "2001:db8:1::53/64", "dev", "eth0", namespace=server)
    daemon.wait_for(lambda: daemon.status()["readiness"] == "not-ready")
    assert [row["state"] for row in daemon.lines("listener") if row["family"] == "ipv6"] == ["waiting", "up", "waiting"]


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::1", "64:ff9b:1::1"])
def test_embedded_addresses_are_refused(daemon, address):
    daemon.config([address])
    assert daemon.run_to_end() == 1
    assert "SVC-002" in daemon.text()


def test_no_freebind(daemon):
    daemon.config(["2001:db8:dead::53"], transport="freebind: no")
    assert daemon.run_to_end() == 1
    assert "no interface has this address" in daemon.text()


def test_becomes_another_user(daemons, networks):
    """It binds a low port as root, then is nobody, and can still bind another one."""
    with open("/proc/self/uid_map") as file:
        if int(file.read().split()[2]) <= pwd.getpwnam("nobody").pw_uid:
            pytest.skip("this user namespace has no other users")
    server = networks.add("server")
    daemon = daemons(server)
    daemon.zone()
    for folder in (daemon.folder, *daemon.folder.parents[:3]):
        folder.chmod(0o755)
    daemon.config(["::1@53"], node="user: nobody")
    daemon.start()
    with open(f"/proc/{daemon.process.pid}/status") as file:
        rows = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    assert rows["Uid"].split() == [str(pwd.getpwnam("nobody").pw_uid)] * 4
    assert int(rows["CapEff"], 16) == 1 << 10  # CAP_NET_BIND_SERVICE
    with inside(server):
        assert is_answered("::1", 53)
    daemon.config(["::1@53", "127.0.0.1@53"], node="user: nobody")
    assert daemon.sextant("reload").returncode == 0
    with inside(server):
        assert is_answered("127.0.0.1", 53, tcp=True)
