"""Metrics, health and readiness over HTTP: both families, hostile clients, reloads. M-07 M-11 M-16 F-05 T-15 R-16."""
import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import time

import dns.message
import dns.query
import pytest

from conftest import free_port, inside, ip

RESOLVER = """
  lan:
    role: resolver
    listen: ["::1@{port}"]
    families: [ipv6]
    dns64: {{prefix: "2001:db8:64::/96"}}
    hosts: {{printer.home.arpa: [192.0.2.44]}}
    trust-anchors: []
    validation: off
"""


def web(daemon, *listen, service="", addresses=("::1", "127.0.0.1")):
    daemon.config(list(addresses), service=service)
    if listen:
        with open(daemon.config_path, "a") as file:
            file.write(f"\nobservability:\n  metrics: {{listen: {json.dumps(list(listen))}}}\n")


def get(address, port, path="/metrics", method="GET", body=None, **headers):
    with contextlib.closing(http.client.HTTPConnection(address, port, timeout=20)) as connection:
        connection.request(method, path, body, headers={name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply.status, reply.read().decode(), {name.lower(): value for name, value in reply.getheaders()}


def values(text):
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def ask(address, port, name, kind, tcp=False):
    query = dns.message.make_query(name, kind)
    return (dns.query.tcp if tcp else dns.query.udp)(query, address, port=port, timeout=10)


def test_metrics_of_both_families(daemon):
    port, lan = free_port(), free_port()
    web(daemon, f"::1@{port}", f"127.0.0.1@{port}", service=RESOLVER.format(port=lan))
    daemon.start()
    ask("::1", daemon.port, "app.example.com", "AAAA")
    ask("127.0.0.1", daemon.port, "app.example.com", "A", tcp=True)
    ask("::1", lan, "printer.home.arpa", "AAAA")
    status, text, headers = get("::1", port)
    assert status == 200 and headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
    found = values(text)
    assert found['sextant_queries_total{service="public",family="ipv6",transport="udp",qtype="AAAA"}'] == "1"
    assert found['sextant_queries_total{service="public",family="ipv4",transport="tcp",qtype="A"}'] == "1"
    assert found['sextant_response_seconds_count{service="public",family="ipv6",qtype_group="AAAA"}'] == "1"
    assert found['sextant_responses_total{service="lan",family="ipv6",transport="udp",qtype_group="AAAA",rcode="NOERROR"}'] == "1"
    assert found['sextant_aaaa_answers_total{service="lan",origin="dns64"}'] == "1"
    assert found['sextant_zone_serial{zone="example.com"}'] == "1"
    assert found[f'sextant_listener_up{{service="public",address="::1@{daemon.port}",transport="udp"}}'] == "1"
    assert found['sextant_signals{signal="AAAA-SERVFAIL",level="critical"}'] == "0"
    assert found['sextant_address_pairs_total{service="public",outcome="aaaa_only_failed"}'] == "0"
    assert not any("app.example" in series for series in found)
    other = values(get("127.0.0.1", port)[1])
    assert other.keys() == found.keys()
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_health_and_bad_requests(daemon):
    port = free_port()
    web(daemon, f"::1@{port}")
    daemon.start()
    assert get("::1", port, "/healthz")[:2] == (200, "ok\n")
    assert get("::1", port, "/readyz")[:2] == (200, "ready\n")
    assert get("::1", port, "/readyz", "HEAD")[:2] == (200, "")
    assert get("::1", port, "/metrics?x=%zz")[0] == 400
    assert get("::1", port, "/etc/passwd")[0] == 404
    status, _, headers = get("::1", port, method="POST", body="x")
    assert status == 405 and headers["allow"] == "GET, HEAD"
    assert get("::1", port, method="POST", body="x" * 100000)[0] == 413
    assert get("::1", port, "/" + "x" * 3000)[0] == 414
    assert get("::1", port, X="x" * 20000)[0] == 431
    assert get("::1", port, Host="evil.example")[0] == 421
    for octets in (b"\0\1\2\3\r\n\r\n", b"GET\r\n\r\n", b"GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                   b"GET /metrics HTTP/1.1\r\n\r\n", b"GET http://[::1]/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        with socket.create_connection(("::1", port), timeout=20) as client:
            client.sendall(octets)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100)[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.0 400"), octets
    assert get("::1", port)[0] == 200


def test_slow_clients_hold_nothing_up(daemon):
    port = free_port()
    web(daemon, f"::1@{port}")
    daemon.start()
    slow = [socket.create_connection(("::1", port), timeout=20) for _ in range(20)]
    for client in slow:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHo")
    begun = time.monotonic()
    assert get("::1", port)[0] == 200
    assert time.monotonic() - begun < 5
    slow[0].settimeout(0.5)
    while time.monotonic() - begun < 20:  # an octet now and then does not help
        with contextlib.suppress(socket.timeout):
            if not slow[0].recv(1):
                break
        with contextlib.suppress(OSError):
            slow[0].sendall(b"x")
    assert 3 < time.monotonic() - begun < 20
    for client in slow:
        client.close()


def test_readiness_flips_with_the_address(daemons, networks):
    server = networks.add("server")
    networks.cable(server, networks.add("client"))
    networks.address(server, "2001:db8:1::53/64")
    daemon = daemons(server)
    daemon.zone()
    web(daemon, "::1@9553", addresses=("2001:db8:1::53@5300", "127.0.0.1@5300"))
    daemon.start()

    def readiness():
        with inside(server):
            return get("::1", 9553, "/readyz")[:2]

    assert readiness() == (200, "ready\n")
    ip("address", "del", "2001:db8:1::53/64", "dev", "eth0", namespace=server)
    daemon.wait_for(lambda: readiness()[0] == 503)
    assert readiness()[1] == "listener 2001:db8:1::53@5300 is waiting: no interface has this address\n"
    with inside(server):
        found = values(get("::1", 9553)[1])
    assert found['sextant_listener_up{service="public",address="2001:db8:1::53@5300",transport="tcp"}'] == "0"
    assert found['sextant_listener_up{service="public",address="127.0.0.1@5300",transport="tcp"}'] == "1"
    networks.address(server, "2001:db8:1::53/64")
    daemon.wait_for(lambda: readiness()[0] == 200)


def is_open(address, port):
    try:
        socket.create_connection((address, port), timeout=5).close()
        return True
    except ConnectionRefusedError:
        return False


def test_reload_moves_listeners(daemon):
    first, second = free_port(), free_port("127.0.0.1")
    web(daemon)
    daemon.start()
    assert not is_open("::1", first)
    web(daemon, f"::1@{first}")
    assert daemon.sextant("reload").returncode == 0
    assert get("::1", first)[0] == 200
    # The kernel hands a connection on that a server has not taken yet: only later ones are refused.
    web(daemon, f"127.0.0.1@{second}", f"::1@{second}")
    assert daemon.sextant("reload").returncode == 0
    assert get("127.0.0.1", second)[0] == 200 and get("::1", second)[0] == 200
    assert not is_open("::1", first)
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        web(daemon, f"::1@{other.getsockname()[1]}")
        assert daemon.sextant("reload").returncode == 1
        assert any(f"::1@{other.getsockname()[1]}" in line["msg"] and "holds" in line["msg"]
                   for line in daemon.lines("listener"))
    assert get("127.0.0.1", second)[0] == 200
    assert ask("::1", daemon.port, "app.example.com", "AAAA").answer
    web(daemon)
    assert daemon.sextant("reload").returncode == 0
    assert not is_open("127.0.0.1", second)


def test_taken_port_is_named(daemon):
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        port = other.getsockname()[1]
        web(daemon, f"::1@{port}")
        assert daemon.run_to_end() == 1
    line = next(line for line in daemon.lines("listener") if line["address"] == f"::1@{port}")
    assert "cannot listen" in line["msg"] and "holds" in line["msg"] and line["transport"] == "tcp"


@pytest.mark.parametrize("rows,code", [
    ("listen: [\"::1@PORT\"]", "SVC-001"),
    ("listen: [ff02::1]", "SVC-005"),
    ("listen: []", "CFG-03"),
    ("", "CFG-05"),
])
def test_check_names_what_is_wrong(daemon, rows, code):
    daemon.config(["::1", "127.0.0.1"])
    with open(daemon.config_path, "a") as file:
        file.write("\nobservability:\n  metrics: {" + rows.replace("PORT", str(daemon.port)) + "}\n")
    done = daemon.sextant("check", "--json")
    assert done.returncode == 1 and code in done.stdout
