"""The dashboard over HTTP: who may ask, what its pages are sent with, and the API. M-08 M-09 N-03."""
import http.client
import json
import os
import socket

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
