#!/usr/bin/env python3
"""The dashboard's files and a made API on loopback: `mock_api.py quiet|incident [TOKEN]` prints its address. Tests steer it by its fields."""
import http.server
import json
import pathlib
import socket
import socketserver
import sys
import threading
import time
import urllib.parse

import mock_fixtures as fixtures

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml"}
CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


class Site:
    """What the server plays: fixture "quiet", "incident" or "empty"; token None: no login. Counts what it was asked."""

    def __init__(self, fixture, token=None):
        self.fixture, self.token = fixture, token
        self.is_lost = False
        self.asked = []
        self.tail_batch, self.tail_pause_s = 5, 0.2
        self.now = int(time.time())

    @property
    def is_incident(self):
        return self.fixture == "incident"

    def answer(self, path, query):
        stream, client = query.get("stream", "rec"), query.get("client")
        if self.fixture == "empty" and path != "status":
            return self.empty(path)
        made = {"status": lambda: fixtures.status(self.now, self.is_incident),
            "signals": lambda: fixtures.signals(self.now, self.is_incident),
                "series": lambda: fixtures.series(self.now, stream, self.is_incident, client),
                    "top": lambda: fixtures.top(query.get("by"), stream, self.is_incident, client),
                "zones": lambda: fixtures.zones(self.now, self.is_incident),
                    "upstream": lambda: fixtures.upstream(self.is_incident)}.get(path)
        return made() if made else None

    def empty(self, path):
        return {"signals": {"signals": [], "undetermined": []},
            "series": {"step_s": 10, "start": fixtures.stamp(self.now - 3600), "kept_minutes": 1440, "band": None,
            "series": {"aaaa": [None] * 360, "a": [None] * 360}},
                "top": {"rows": [], "minutes": 60}, "zones": {"zones": []}}.get(path)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def send(self, code, body=b"", kind="application/json", **headers):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, code, value, **headers):
        self.send(code, json.dumps(value).encode(), **headers)

    def is_allowed(self):
        site = self.server.site
        return site.token is None or f"session={site.token}" in self.headers.get("Cookie", "")

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.server.site.asked.append(self.path)
        if not url.path.startswith("/api/v1/"):
            return self.file(url.path)
        if self.server.site.is_lost:
            return self.send_json(503, {"error": "made to fail"})
        if not self.is_allowed():
            return self.send_json(401, {"error": "a token is needed"})
        if url.path == "/api/v1/tail":
            return self.tail(query)
        answer = self.server.site.answer(url.path.removeprefix("/api/v1/"), query)
        return self.send_json(404, {"error": "history is off"}) if answer is None else self.send_json(200, answer)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        site = self.server.site
        if self.path == "/api/v1/login":
            good = body.get("token") == site.token
            return self.send(204, Set_Cookie=f"session={site.token}; HttpOnly; SameSite=Strict; Path=/") if good else self.send_json(401,
                {"error": "not the token"})
        if not self.is_allowed():
            return self.send_json(401, {"error": "a token is needed"})
        if self.path == "/api/v1/doctor":
            return self.send_json(200, fixtures.doctor(body["name"]))
        return self.send(204)

    def file(self, path):
        if path.startswith("/vendor/"):
            found = WEB / "node_modules/uplot/dist" / pathlib.PurePath(path).name
        else:
            found = WEB / ("index.html" if path == "/" else path.lstrip("/"))
        if not found.is_file() or ".." in path:
            return self.send(404, b"", "text/plain")
        return self.send(200, found.read_bytes(), TYPES[found.suffix])

    def tail(self, query):
        where, site = query.get("where", ""), self.server.site
        if "qtyp " in where or where.endswith("="):
            return self.send_json(400, {"error": "there is no field qtyp; did you mean qtype?", "at": where.index("qtyp"), "size": 4})
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        number = int(self.headers.get("Last-Event-ID", 0))
        try:
            while not site.is_lost:
                for _ in range(site.tail_batch):
                    number += 1
                    line = fixtures.line(number, int(time.time()))
                    if ("SERVFAIL" not in where or line["rcode"] == "SERVFAIL") and ("client in 2001:" not in where
                        or line["family"] == "ipv6"):
                        self.wfile.write(f"event: query\nid: {number}\ndata: {json.dumps(line)}\n\n".encode())
                self.wfile.write(b": beat\n\n" if number != 5 else b'event: dropped\ndata: {"count":7}\n\n')
                self.wfile.flush()
                time.sleep(site.tail_pause_s)
        except OSError:
            pass
        self.close_connection = True


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True


def start(site):
    """(server, address of the page); server.shutdown() ends it."""
    server = Server(("::1", 0), Handler)
    server.site = site
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server, f"http://[::1]:{server.server_address[1]}/"


if __name__ == "__main__":
    running, address = start(Site(sys.argv[1] if len(sys.argv) > 1 else "quiet", sys.argv[2] if len(sys.argv) > 2 else None))
    print(address, flush=True)
    threading.Event().wait()
