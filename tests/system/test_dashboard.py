"""The dashboard over HTTP: who may ask, what its pages are sent with, and the API. M-08 M-09 N-03."""
import contextlib
import http.client
import json
import os
import socket
import sqlite3
import time

import dns.message
import dns.query
import pytest

from conftest import free_port
from test_metrics import get

TOKEN = "0123456789abcdef0123456789abcdef"
JSON = "application/json"


@pytest.fixture
def dashboard(daemon):
    """(daemon, port); with a token when asked for."""
    def make(token=None, listen=("::1", "127.0.0.1"), more=""):
        port = free_port()
        daemon.config(["::1", "127.0.0.1"])
        auth = ""
        if token:
            path = daemon.folder / "token"
            path.write_text(token + "\n")
            path.chmod(0o600)
            auth = ", auth: token-file token"
        with open(daemon.config_path, "a") as file:
            file.write(f"\nobservability:\n  dashboard: {{listen: {json.dumps([f'{a}@{port}' for a in listen])}{auth}}}\n{more}")
        return daemon, port
    return make


def test_loopback_without_a_token(dashboard):
    daemon, port = dashboard()
    daemon.start()
    for address in ("::1", "127.0.0.1"):
        status, text, headers = get(address, port, "/api/v1/status")
        assert status == 200 and json.loads(text)["services"][0]["name"] == "public"
        assert headers["content-type"] == JSON and headers["cache-control"] == "no-store"
        assert get(address, port, "/api/v1/status", Host="evil.example")[0] == 421
    status, text, _ = get("::1", port, "/api/v1/signals")
    assert status == 200 and json.loads(text)["signals"] == []
    policy = get("::1", port, "/")[2]["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert get("::1", port, "/metrics")[0] == 404
    # A page of another site, in a browser on this host:
    assert get("::1", port, "/api/v1/logout", "POST", "{}", Content_Type=JSON, Origin="http://evil.example")[0] == 403
    assert get("::1", port, "/api/v1/logout", "POST", "{}", Content_Type="text/plain", Origin=f"http://[::1]:{port}")[0] == 403


def test_token_and_session(dashboard):
    daemon, port = dashboard(TOKEN)
    daemon.start()
    origin = f"http://[::1]:{port}"
    assert get("::1", port, "/api/v1/status")[0] == 401
    assert get("::1", port, "/api/v1/status", Authorization="Bearer wrong")[0] == 401
    assert get("::1", port, "/api/v1/status", Authorization=f"Bearer {TOKEN}")[0] == 200
    status, text, headers = get("::1", port, "/api/v1/login", "POST", '{"token":"wrong"}', Content_Type=JSON, Origin=origin)
    assert status == 401 and "error" in json.loads(text) and "set-cookie" not in headers
    status, _, headers = get("::1", port, "/api/v1/login", "POST", json.dumps({"token": TOKEN}), Content_Type=JSON, Origin=origin)
    assert status == 204
    cookie, *attributes = headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(attributes) and TOKEN not in cookie
    assert get("::1", port, "/api/v1/status", Cookie=cookie)[0] == 200
    assert get("::1", port, "/api/v1/status", Cookie=cookie[:-1] + ("0" if cookie[-1] != "0" else "1"))[0] == 401
    assert get("::1", port, "/api/v1/logout", "POST", "{}", Content_Type=JSON, Cookie=cookie)[0] == 403
    status, _, headers = get("::1", port, "/api/v1/logout", "POST", "{}", Content_Type=JSON, Cookie=cookie, Origin=origin)
    assert status == 204 and "Max-Age=0" in headers["set-cookie"]
    assert TOKEN not in daemon.text() and TOKEN not in daemon.sextant("config", "show").stdout


def test_another_token_ends_sessions(dashboard):
    daemon, port = dashboard(TOKEN)
    daemon.start()
    (daemon.folder / "token").write_text("f" * 32)
    assert daemon.sextant("reload").returncode == 0
    assert get("::1", port, "/api/v1/status", Authorization=f"Bearer {TOKEN}")[0] == 401
    assert get("::1", port, "/api/v1/status", Authorization="Bearer " + "f" * 32)[0] == 200


@pytest.mark.parametrize("token,mode,listen,code", [
    (None, 0o600, ("::",), "SVC-021"),
    (None, 0o600, ("2001:db8::1",), "SVC-021"),
    (TOKEN, 0o644, ("::1",), "CFG-07"),
    ("0123456789", 0o600, ("::1",), "CFG-07"),
    ("with blanks in the middle", 0o600, ("::1",), "CFG-07"),
], ids=["wildcard", "address", "readable", "few", "blanks"])
def test_what_check_refuses(dashboard, token, mode, listen, code):
    daemon, _ = dashboard(token, listen)
    if token:
        os.chmod(daemon.folder / "token", mode)
    done = daemon.sextant("check", "--json")
    assert done.returncode == 1 and code in done.stdout
    if token:
        assert token not in done.stdout


def test_page_and_its_parts(dashboard):
    """Where the page is built in. It needs no token: the login is in it."""
    daemon, port = dashboard(TOKEN)
    daemon.start()
    status, text, headers = get("::1", port, "/")
    if status == 404:
        assert "without the dashboard's page" in text
        pytest.skip("built without web/node_modules")
    assert status == 200 and headers["content-type"] == "text/html; charset=utf-8" and "<title>" in text
    connection = http.client.HTTPConnection("::1", port, timeout=10)
    connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
    reply = connection.getresponse()
    assert reply.headers["Content-Encoding"] == "gzip" and reply.read()[:2] == b"\x1f\x8b"
    assert reply.headers["Vary"] == "Accept-Encoding" and reply.headers["Cache-Control"] == "no-cache"
    status, text, again = get("::1", port, "/", If_None_Match=headers["etag"])
    assert (status, text, again["etag"]) == (304, "", headers["etag"])
    assert get("::1", port, "/", "POST", "x")[0] == 405
    assert get("::1", port, "/js/main.js")[2]["content-type"] == "text/javascript; charset=utf-8"
    assert get("::1", port, "/js/../index.html")[0] == 404


def test_services_and_pages_do_not_share_a_port(daemon):
    daemon.config(["::1", "127.0.0.1"])
    with open(daemon.config_path, "a") as file:
        file.write("\nobservability:\n  metrics: {listen: [any]}\n  dashboard: {listen: [\"::1@9553\"]}\n")
    done = daemon.sextant("check")
    assert done.returncode == 1 and "observability.metrics" in done.stdout


def test_a_role_takes_over_the_socket_of_another(dashboard):
    daemon, port = dashboard()
    daemon.start()
    text = daemon.config_path.read_text().replace("dashboard:", "metrics:")
    daemon.config_path.write_text(text)
    assert daemon.sextant("reload").returncode == 0
    assert get("::1", port, "/metrics")[0] == 200 and get("::1", port, "/api/v1/status")[0] == 404
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        pass


# --- What happens ---

RESOLVER = """
  lan:
    role: resolver
    listen: ["::1@{port}", "127.0.0.1@{port}"]
    dns64: {{prefix: "2001:db8:64::/96"}}
    hosts: {{printer.home.arpa: [192.0.2.44]}}
    stub: {{example.com: {{to: ["::1@{auth}"]}}}}
    negative-trust-anchors: [example.com]
"""


@pytest.fixture
def busy(daemon):
    """(the dashboard's port, ask): a daemon with both roles."""
    port, lan = free_port(), free_port()
    daemon.config(["::1", "127.0.0.1"], service=RESOLVER.format(port=lan, auth=daemon.port))
    with open(daemon.config_path, "a") as file:
        file.write(f"\nobservability:\n  dashboard: {{listen: [\"::1@{port}\"]}}\n")
    daemon.start()

    def ask(name, kind, address="::1"):
        return dns.query.udp(dns.message.make_query(name, kind), address, port=lan, timeout=10)
    return port, ask, daemon


def read(port, path):
    status, text, _ = get("::1", port, f"/api/v1/{path}")
    assert status == 200, text
    return json.loads(text)


def test_series_and_top(busy):
    port, ask, daemon = busy
    for address in ("::1", "127.0.0.1"):
        ask("app.example.com", "AAAA", address)
        ask("app.example.com", "A", address)
    ask("printer.home.arpa", "AAAA")
    ask("nope.example.com", "AAAA")

    def rows(by):
        return {row["key"]: row for row in read(port, f"top?by={by}&stream=rec&minutes=15")["rows"]}
    daemon.wait_for(lambda: rows("name").get("nope.example.com."))
    assert rows("name")["app.example.com."]["asked_aaaa"] == 2
    assert rows("prefix")["127.0.0.0/24"]["asked"] == 2
    assert rows("dns64")["printer.home.arpa."]["synthesized"] == 1
    assert any(row["key"] == "app.example.com." for row in read(port, "top?by=name&stream=auth")["rows"])
    answer = read(port, "series?stream=rec&minutes=60")
    assert answer["step_s"] == 10 and len(answer["series"]["aaaa"]) == 360 and answer["kept_minutes"] == 1440
    assert read(port, "series?stream=probe&minutes=1440")["step_s"] == 60
    daemon.wait_for(lambda: sum(value or 0 for value in read(port, "series?stream=rec")["series"]["aaaa"]) == 4, 30)
    series = read(port, "series?stream=rec")["series"]
    assert sum(value or 0 for value in series["dns64"]) == 1 and sum(value or 0 for value in series["udp4"]) == 2
    for path in ("series?stream=x", "series", "series?stream=rec&minutes=x", "series?stream=rec&minutes=0", "top?stream=rec", "top?by=x"):
        assert get("::1", port, f"/api/v1/{path}")[0] == 400


def test_older_series_come_from_the_history(dashboard):
    daemon, port = dashboard(more="  history: {size: 16MiB, keep: 14d}\n")
    daemon.start()
    assert read(port, "series?stream=auth&minutes=60")["kept_minutes"] == 14 * 1440
    daemon.wait_for(lambda: read(port, "series?stream=auth&minutes=2880")["step_s"] == 300)
    assert len(read(port, "series?stream=auth&minutes=2880")["series"]["aaaa"]) == 576
    week = read(port, "series?stream=auth&minutes=10080")
    assert week["step_s"] == 3600 and len(week["series"]["a_servfail"]) == 168


def test_what_is_usual_at_this_hour(dashboard):
    """The band of A per AAAA: the lowest and the highest of the same hour of the days before; four of them are in the history."""
    daemon, port = dashboard(more="  history: {size: 16MiB, keep: 14d}\n")
    daemon.start()
    daemon.wait_for(lambda: list(daemon.folder.rglob("history.sqlite")))
    daemon.stop()
    hour = int(time.time()) // 3600
    with contextlib.closing(sqlite3.connect(next(daemon.folder.rglob("history.sqlite")))) as db:
        for key, kind in ((9001, "AAAA"), (9002, "A")):
            db.execute("INSERT INTO keys VALUES (?, 'replies', 'auth', 'public', 'ipv6', 'udp', ?, 'NOERROR', '-', '-', 0, 0)", (key, kind))
            for day in range(1, 5):
                count = 1000 if kind == "AAAA" else 1000 + 100 * day
                db.executemany("INSERT INTO hours VALUES (?, ?, ?)", [(hour - 24 * day + near, key, count) for near in (-1, 0, 1)])
        db.execute("INSERT INTO runs VALUES (?, ?, 1)", ((hour - 192) * 3600 * 10**6, (hour - 20) * 3600 * 10**6))
        db.commit()
    daemon.start()
    answer = read(port, "series?stream=auth&minutes=60")
    assert answer["band"]["days"] == 4 and len(answer["band"]["low"]) == len(answer["series"]["aaaa"])
    assert answer["band"]["low"][-1] == pytest.approx(1.1) and answer["band"]["high"][-1] == pytest.approx(1.4)
    assert read(port, "series?stream=rec&minutes=60").get("band") is None
    # It is read once an hour, not each time that a page asks.
    with contextlib.closing(sqlite3.connect(next(daemon.folder.rglob("history.sqlite")))) as db:
        db.execute("DELETE FROM hours")
        db.commit()
    assert read(port, "series?stream=auth&minutes=60").get("band") == answer["band"] or int(time.time()) // 3600 != hour


def test_zones_and_upstream(busy):
    port, ask, _ = busy
    ask("app.example.com", "AAAA")
    zone = read(port, "zones")["zones"][0]
    assert (zone["zone"], zone["serial"], zone["is_signed"], zone["ipv6"], zone["audited"]) == ("example.com", 1, False, None, None)
    families = {row["family"]: row for row in read(port, "upstream")["families"]}
    assert families["ipv6"]["asked"] > 0 and families["ipv6"]["p50_us"] > 0


def events(stream, count):
    """The next events: {event, id, data}; comments are left out."""
    found, event = [], {}
    while len(found) < count:
        line = stream.readline().decode().rstrip("\n")
        if not line and event:
            found.append(event)
            event = {}
        elif line and not line.startswith(":"):
            key, _, value = line.partition(": ")
            event[key] = value
    return found


def follow(port, path, **headers):
    connection = http.client.HTTPConnection("::1", port, timeout=20)
    connection.request("GET", f"/api/v1/{path}", headers={name.replace("_", "-"): value for name, value in headers.items()})
    reply = connection.getresponse()
    assert reply.status == 200 and reply.headers["Content-Type"] == "text/event-stream"
    assert reply.readline().startswith(b":")
    return connection, reply


def test_tail(busy):
    port, ask, _ = busy
    connection, reply = follow(port, "tail?where=qtype%3DAAAA+and+client+in+%3A%3A1&stream=rec")
    ask("app.example.com", "A")
    ask("app.example.com", "AAAA", "127.0.0.1")
    ask("\\010\\027<b>.example.com", "AAAA")
    ask("app.example.com", "AAAA")
    first, second = events(reply, 2)  # workers are not waited for, so either may be told first
    assert {first["event"], second["event"]} == {"query"}
    assert {json.loads(event["data"])["qname"] for event in (first, second)} == {"app.example.com.", "\\010\\027<b>.example.com."}
    connection.close()
    # Where it broke off it goes on.
    connection, reply = follow(port, "tail?stream=rec&where=qtype%3DAAAA+and+client+in+%3A%3A1", Last_Event_ID=first["id"])
    assert events(reply, 1)[0]["id"] == second["id"]
    connection.close()
    status, text, _ = get("::1", port, "/api/v1/tail?where=qtype%3DAAAA+and+qtyp%3DA")
    fault = json.loads(text)
    assert status == 400 and (fault["at"], fault["size"]) == (15, 4) and "error" in fault


def test_slow_reader_of_the_tail(busy):
    """One that does not read loses events and is told, and nobody waits for it: not the end of the daemon either."""
    port, ask, daemon = busy
    with socket.create_connection(("::1", port), timeout=20) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /api/v1/tail HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert slow.recv(12) == b"HTTP/1.1 200"
        for _ in range(200):
            ask("app.example.com", "AAAA")
        assert get("::1", port, "/api/v1/status")[0] == 200
        begun = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - begun < 10


def test_signals_off(dashboard):
    daemon, port = dashboard(more="  signals: off\n")
    daemon.start()
    for path in ("signals", "series?stream=rec", "top?by=name&stream=rec", "tail"):
        status, text, _ = get("::1", port, f"/api/v1/{path}")
        assert status == 404 and "off" in json.loads(text)["error"]


def test_doctor(busy):
    port, _, _ = busy
    origin = {"Content_Type": JSON, "Origin": f"http://[::1]:{port}"}
    for body in ('{"name":"--help"}', '{"name":5}', "{}", '{"name":"a..b"}', "x"):
        assert get("::1", port, "/api/v1/doctor", "POST", body, **origin)[0] == 400
    status, text, _ = get("::1", port, "/api/v1/doctor", "POST", '{"name":"app.example.com"}', **origin)
    report = json.loads(text)
    assert status == 200, text
    assert report["schema"].startswith("sextant.doctor/") and len(report["steps"]) == 6
    assert {resolver.partition("@")[0] for resolver in report["resolvers"]} == {"::1", "127.0.0.1"}
